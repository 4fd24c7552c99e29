import { createHash } from 'node:crypto';

/** What Slack sends back when a button is pressed. Each has its handler in bot.ts. */
export const actionIds = {
  approve: 'exeunt.case.approve',
  reject: 'exeunt.case.reject',
  approveDeletion: 'exeunt.deletion.approve',
  cancel: 'exeunt.case.cancel',
  undo: 'exeunt.case.undo',
  plan: 'exeunt.plan.view',
  planPage: 'exeunt.plan.page',
  evidence: 'exeunt.evidence.send',
  retryStep: 'exeunt.step.retry',
  lookAgain: 'exeunt.systems.retry',
  attest: 'exeunt.step.attest',
  allowBatch: 'exeunt.batch.allow',
  /** One of several people of the same name; the number is appended, because an action id may stand once in a block. */
  choose: 'exeunt.person.choose',
} as const;

export type ActionId = (typeof actionIds)[keyof typeof actionIds];

/** What Slack sends back when a modal is submitted. */
export const viewIds = {
  decide: 'exeunt.decide',
  attest: 'exeunt.attest',
  plan: 'exeunt.plan',
  answer: 'exeunt.answer',
} as const;

/** The fields of the modals. */
export const fieldIds = { reason: 'reason', confirmation: 'confirmation', note: 'note' } as const;

/** A step's id can be longer than a button may carry; this stands for it. */
export function stepRef(stepId: string): string {
  return createHash('sha256').update(stepId).digest('hex').slice(0, 24);
}
