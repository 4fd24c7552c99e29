import { z } from 'zod';
import { Observation } from './account.ts';
import { Plan, Step } from './plan.ts';

/** Where a case stands. The last six are closed. */
export const Phase = z.enum([
  'planning',
  'held',
  'awaitingApproval',
  'containing',
  'removing',
  'retained',
  'awaitingDeletion',
  'deleting',
  'cancelling',
  'undoing',
  'done',
  'kept',
  'restored',
  'rejected',
  'expired',
  'cancelled',
]);
export type Phase = z.output<typeof Phase>;

/**
 * Where a step stands. `changed` and `unchanged` are proven: a fresh read showed the goal. `unproven` was done but the
 * read does not show it; `handedOver` waits for a person; `attested` is a person's word, not a read.
 */
export const StepStatus = z.enum([
  'planned',
  'running',
  'retrying',
  'changed',
  'unchanged',
  'unproven',
  'handedOver',
  'attested',
]);
export type StepStatus = z.output<typeof StepStatus>;

export const StepState = z.object({
  status: StepStatus,
  attempts: z.number().int().nonnegative(),
  /** The wave that runs it now, or ran it last. */
  waveNumber: z.number().int().optional(),
  /** Why it is not proven, and what to do, in words. */
  because: z.string().max(1000).optional(),
  /** The first observation before anything was done: what undo goes back to. */
  before: Observation.optional(),
  /** Nobody's yes covers it: trying it again asks for one first. */
  unapproved: z.literal(true).optional(),
  after: Observation.optional(),
  /** Who attested, where a person did. An identity id. */
  by: z.string().optional(),
  note: z.string().max(2000).optional(),
});
export type StepState = Readonly<z.output<typeof StepState>>;

export const Vote = z.object({
  by: z.string(),
  verdict: z.enum(['approved', 'rejected']),
  at: z.iso.datetime(),
  reason: z.string().max(2000).optional(),
});
export type Vote = Readonly<z.output<typeof Vote>>;

/** What is asked of the approvers, bound to one plan. */
export const Approval = z.object({
  id: z.string(),
  kind: z.enum(['contain', 'delete']),
  planHash: z.string(),
  /** Distinct persons whose yes is needed. */
  needed: z.number().int().positive(),
  askedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  votes: z.array(Vote),
});
export type Approval = Readonly<z.output<typeof Approval>>;

/** The state machine's whole memory of one case. Old states live for months: they are read through this schema. */
export const CaseState = z.object({
  v: z.literal(1),
  phase: Phase,
  /** Counts the waves; the result of a wave that a step no longer waits for is stale. */
  epoch: z.number().int().nonnegative(),
  /** An identity id, or `hr` where a trigger asked. */
  requesterId: z.string(),
  /** Without steps while the case is being planned. */
  plan: Plan,
  /** The inverse of what was changed, once somebody asked for undo. */
  undoSteps: z.array(Step).default([]),
  /** How often the target systems that could not be asked were asked again. */
  lookups: z.number().int().nonnegative().default(0),
  /** The wave that asks them now. */
  lookWave: z.number().int().optional(),
  /** Why the breaker holds the case. */
  heldBecause: z.string().optional(),
  batchId: z.string().optional(),
  /** What the plan did differently from the one approvers saw before, one sentence a change. */
  planChanges: z.array(z.string()).default([]),
  steps: z.record(z.string(), StepState),
  approval: Approval.optional(),
  /** When the approval to act was given: T0 of every clock. */
  startedAt: z.iso.datetime().optional(),
  /** When the parked deletion comes up for its own approval. */
  deleteAt: z.iso.datetime().optional(),
  /** Where an undo ends. */
  after: z.enum(['restored', 'cancelled']).optional(),
});
export type CaseState = Readonly<z.output<typeof CaseState>>;

export const Trigger = z.object({
  kind: z.enum(['command', 'webhook']),
  /** Slack user id or webhook id: where it came from. */
  source: z.string().max(300),
  at: z.iso.datetime(),
  reason: z.string().max(2000).optional(),
});
export type Trigger = Readonly<z.output<typeof Trigger>>;

/** Our case for one leaver, from trigger to evidence. */
export const Offboarding = z.object({
  id: z.string(),
  subjectId: z.string(),
  trigger: Trigger,
  state: CaseState,
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().optional(),
});
export type Offboarding = Readonly<z.output<typeof Offboarding>>;
