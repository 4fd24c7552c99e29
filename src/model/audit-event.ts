import { z } from 'zod';
import { Observation } from './account.ts';

export const AuditKind = z.enum([
  'triggered',
  'planned',
  'held',
  'released',
  'approvalAsked',
  'decided',
  'decisionRefused',
  'planChanged',
  'acting',
  'stepFinished',
  'retryScheduled',
  'attested',
  'cancelAsked',
  'undoAsked',
  'phaseChanged',
]);
export type AuditKind = z.output<typeof AuditKind>;

/** One line of the audit trail. Append-only; ids instead of names; never a secret. */
export const AuditEvent = z.object({
  /** Made from what happened, so that the same thing recorded twice is one line. */
  id: z.string(),
  caseId: z.string(),
  at: z.iso.datetime(),
  actor: z.object({ kind: z.enum(['person', 'trigger', 'policy', 'system']), id: z.string() }),
  kind: AuditKind,
  stepId: z.string().optional(),
  before: Observation.optional(),
  after: Observation.optional(),
  /** Plain facts beside it: a verdict, a hash, a phase, a sentence. */
  detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])).default({}),
});
export type AuditEvent = Readonly<z.output<typeof AuditEvent>>;
