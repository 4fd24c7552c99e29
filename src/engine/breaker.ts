import type { Policy } from '#model/policy.ts';

/**
 * Whether so many leavers at once are still believed. `leavers` counts the cases opened within the window up to and with
 * this one; `headCount` is how many people the company has.
 *
 * @returns the sentence that says why the case is held, or `undefined` when it may go on
 */
export function holds(breaker: Policy['breaker'], leavers: number, headCount: number): string | undefined {
  const limit = limitOf(breaker, headCount);
  if (leavers <= limit) return undefined;
  return `${leavers} people within ${breaker.windowMinutes} minutes are more than the ${limit} that the policy takes for normal. Nothing is done for those above the limit until ${breaker.approvals} approvers let exactly these people go.`;
}

/** max(people, percent of the head-count): the number of leavers within the window that is normal. */
export function limitOf(breaker: Policy['breaker'], headCount: number): number {
  return Math.max(breaker.people, Math.floor((headCount * breaker.percent) / 100));
}
