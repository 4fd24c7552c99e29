import { z } from 'zod';
import { Account, Holding } from './account.ts';

/** Something that can be done to an account, from mild to grave, and the two that take it back. */
export const Operation = z.enum([
  'suspend',
  'revokeSessions',
  'revokeTokens',
  'removeEntitlements',
  'delete',
  'unsuspend',
  'restoreEntitlements',
]);
export type Operation = z.output<typeof Operation>;

/** When a step runs: `contain` and `remove` after the first approval, `delete` after the retention and an approval of its own. */
export const Wave = z.enum(['contain', 'remove', 'delete']);
export type Wave = z.output<typeof Wave>;

/** One operation on one account. */
export const Step = z.object({
  /** `connector:account:operation`; the same thing planned twice has the same id. */
  id: z.string().min(1).max(1200),
  wave: Wave,
  account: Account,
  operation: Operation,
  reversible: z.boolean(),
  /** What the operation takes away, so that approvers see it and a later addition voids the approval. */
  affects: z.array(Holding).default([]),
  /** A person does it: the target system has no interface. */
  manual: z.literal(true).optional(),
  /** What an approver must know before saying yes, in one sentence. */
  note: z.string().max(500).optional(),
});
export type Step = Readonly<z.output<typeof Step>>;

/** A target system whose accounts of this person could not be determined. Never silently left out. */
export const Unknown = z.object({
  connector: z.string().min(1).max(80),
  because: z.string().max(1000),
});
export type Unknown = Readonly<z.output<typeof Unknown>>;

/** The ordered steps for one leaver. Immutable: a changed plan is another plan with another hash. */
export const Plan = z.object({
  version: z.literal(1),
  subjectId: z.string().min(1),
  steps: z.array(Step),
  unknown: z.array(Unknown),
  retentionDays: z.number().nonnegative(),
  /** Identifies the policy that made this plan. */
  policyVersion: z.string(),
  /** SHA-256 over the canonical JSON (RFC 8785) of what an approval is bound to, hexadecimal. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Plan = Readonly<z.output<typeof Plan>>;
