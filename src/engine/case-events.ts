import type { CaseState, Vote } from '#model/offboarding.ts';
import type { Plan } from '#model/plan.ts';
import type { StepResult } from './case-steps.ts';
import type { Notice } from './notifier.ts';

/** What may happen to a case. */
export type CaseEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'planned'; readonly wave: number; readonly plan: Plan; readonly held?: Held | undefined }
  | { readonly kind: 'released'; readonly batchId: string }
  | ({ readonly kind: 'decided'; readonly approvalId: string } & Pick<Vote, 'by' | 'verdict' | 'reason'>)
  | {
      readonly kind: 'waveFinished';
      readonly wave: number;
      readonly results: Readonly<Record<string, StepResult>>;
      /** The plan made anew before acting, where it would do more than was approved: then nothing was done. */
      readonly plan?: Plan | undefined;
    }
  | { readonly kind: 'timer'; readonly timer: Timer }
  | { readonly kind: 'tryAgain'; readonly stepId?: string | undefined; readonly by: string }
  | {
      readonly kind: 'attested';
      readonly stepId: string;
      readonly by: string;
      readonly note: string;
      /** How the step ended, where its wave still runs and the record does not have it yet. */
      readonly ended?: (StepResult & { outcome: 'handedOver' }) | undefined;
    }
  | { readonly kind: 'cancelled'; readonly by: string }
  | { readonly kind: 'undone'; readonly by: string };

export interface Held {
  readonly because: string;
  readonly batchId: string;
}

/** A timer names what it waits for, so that one that comes too late finds nothing to do. */
export type Timer =
  | { readonly name: 'expiry'; readonly approvalId: string }
  | { readonly name: 'retention'; readonly deleteAt: string }
  | { readonly name: 'retry'; readonly stepIds: readonly string[] }
  | { readonly name: 'lookAgain'; readonly lookups: number };

/** What the shell does for the machine. */
export type Command =
  | { readonly kind: 'plan'; readonly wave: number }
  | { readonly kind: 'act'; readonly wave: number; readonly stepIds: readonly string[]; readonly verifyPlan: boolean }
  | { readonly kind: 'timer'; readonly timer: Timer; readonly delayMs: number }
  | { readonly kind: 'tell'; readonly notice: Notice };

/** What the policy of the moment says about waiting. */
export interface Terms {
  readonly needed: { readonly contain: number; readonly delete: number };
  readonly expiresAfterMs: number;
  readonly retry: { readonly attempts: number; readonly firstDelayMs: number; readonly maxDelayMs: number };
}

export type Next = { readonly state: CaseState; readonly commands: readonly Command[] };
/** Why an event does not apply: a late click, a stale timer. Nothing changes. */
export type NotNow = { readonly refused: 'outdated' | 'alreadyDecided' | 'notNow' | 'unknownStep' };

export function tell(notice: Notice): Command {
  return { kind: 'tell', notice };
}

export function withCommands(result: Next, more: readonly Command[], where: 'first' | 'last' = 'last'): Next {
  return { ...result, commands: where === 'first' ? [...more, ...result.commands] : [...result.commands, ...more] };
}
