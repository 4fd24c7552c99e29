import type { Identity } from '#model/identity.ts';
import type { PeopleRule, Policy } from '#model/policy.ts';
import type { Terms } from './case-events.ts';
import type { Refusal } from './engine.ts';

/** Whether a rule names this person. */
export function covers(rule: PeopleRule, identity: Identity): boolean {
  return (
    (identity.department !== undefined && rule.departments.includes(identity.department)) ||
    rule.people.includes(identity.email)
  );
}

/** Why this person may not open a case for that one, or `undefined`. */
export function refuseStart(policy: Policy, requester: Identity, subject: Identity): Refusal | undefined {
  if (!covers(policy.requesters, requester) && !covers(policy.approvers, requester))
    return refusal('notAllowed', 'You may not start an offboarding. The policy names who may: ask one of them.');
  if (requester.id === subject.id)
    return refusal('subject', 'You cannot offboard yourself. Ask somebody of the People team.');
  return refuseSubject(policy, subject);
}

/** Protected identities are refused, whoever or whatever asks. */
export function refuseSubject(policy: Policy, subject: Identity): Refusal | undefined {
  return [subject.email, ...subject.aliases].some((address) => policy.protected.includes(address))
    ? refusal(
        'protected',
        'This identity is protected by the policy. Nothing was opened. Take it off `policy.protected` first, with the agreement of whoever put it there.',
      )
    : undefined;
}

export interface DecisionScene {
  readonly requesterId: string;
  readonly subjectId: string;
  /** Whether the one who decides has an open offboarding of their own. */
  readonly leaving: boolean;
}

/** Why this person may not decide on that case, or `undefined`. Judged when the button is pressed, not when it was shown. */
export function refuseDecision(policy: Policy, by: Identity, scene: DecisionScene): Refusal | undefined {
  if (by.id === scene.subjectId)
    return refusal('subject', 'This case is about you; you cannot decide on it. Nothing was changed.');
  if (by.id === scene.requesterId)
    return refusal(
      'ownRequest',
      'You asked for this offboarding, so somebody else has to decide. Nothing was changed.',
    );
  if (!covers(policy.approvers, by))
    return refusal('notAllowed', 'You are not an approver. The card names who may decide. Nothing was changed.');
  if (scene.leaving)
    return refusal(
      'notAllowed',
      'You have an open offboarding of your own, so you cannot decide. Nothing was changed.',
    );
  return undefined;
}

/** What the policy says about waiting, for the case machine. */
export function termsOf(policy: Policy): Terms {
  return {
    needed: policy.approvals,
    expiresAfterMs: policy.expiresAfterHours * 3_600_000,
    retry: policy.retry,
  };
}

export function refusal(code: Refusal['code'], because: string): Refusal {
  return { done: false, code, because };
}
