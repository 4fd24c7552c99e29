import type { CaseView } from '#engine/engine.ts';
import type { Notice } from '#engine/notifier.ts';
import { progress } from './card-facts.ts';
import { count, namesInARow, oneLine, shorten } from './text.ts';
import { nameOf, needsPerson, type Names } from './words.ts';

/** What the thread under the card says of a notice: one sentence what happened, and where it helps one what to do. */
export function noticeLine(kind: Notice, view: CaseView, names: Names): string {
  const who = shorten(oneLine(view.subject.displayName), 80);
  const { approval, planChanges, plan } = view.offboarding.state;
  const voters = (verdict: 'approved' | 'rejected') =>
    namesInARow(
      (approval?.votes ?? []).filter((vote) => vote.verdict === verdict).map(({ by }) => nameOf(names, by)),
      5,
    );
  const waiting = view.steps.filter(needsPerson).length;
  switch (kind) {
    case 'held':
      return `The offboarding of ${who} is held: more people than usual seem to leave. Nothing was changed.`;
    case 'approvalAsked':
      return `An approval is needed before anything is done for ${who}.`;
    case 'planChanged':
      return `The plan for ${who} changed (${count(planChanges.length, 'change')}), so the earlier approval is void. Look at the card and decide again.`;
    case 'approved':
      return `Approved by ${voters('approved')}. The work begins.`;
    case 'rejected':
      return `Rejected by ${voters('rejected')}. ${untouched(view)}`;
    case 'expired':
      return `Nobody decided in time, so the request lapsed. ${untouched(view)}`;
    case 'suspended':
      return `${who} is locked out: every containment step is settled (${progress(view)}).`;
    case 'needsPerson':
      return `${count(waiting, 'step')} of the offboarding of ${who} ${waiting === 1 ? 'needs' : 'need'} a person. The card says which and why.`;
    case 'deletionAsked':
      return `The ${count(plan.retentionDays, 'day')} of retention are over. A decision is needed whether to delete the accounts of ${who}.`;
    case 'deletionKept':
      return `The accounts of ${who} are kept: deletion was not approved. Nothing was deleted.`;
    case 'undoing':
      return `What was changed for ${who} and can be given back is being given back.`;
    case 'restored':
      return `What could be given back to ${who} was given back (${progress(view)}).`;
    case 'cancelled':
      return `The offboarding of ${who} was cancelled.`;
    case 'done':
      return `The offboarding of ${who} is done: ${progress(view)}.`;
  }
}

/** What the requester is told in a direct message; the other notices concern the approvers only. */
export const outcomes: ReadonlySet<Notice> = new Set<Notice>([
  'rejected',
  'expired',
  'suspended',
  'deletionKept',
  'restored',
  'cancelled',
  'done',
]);

/** The same sentence for somebody who does not see the card. */
export function outcomeLine(kind: Notice, view: CaseView, names: Names): string {
  const reason = view.offboarding.state.approval?.votes.find(({ verdict }) => verdict === 'rejected')?.reason;
  const why = kind === 'rejected' && reason ? ` The reason given: ${shorten(oneLine(reason), 500)}` : '';
  return `Case ${view.id}, offboarding of ${shorten(oneLine(view.subject.displayName), 80)}: ${noticeLine(kind, view, names)}${why}`;
}

/** For approvers who do not see the card, because the leaver reads the approval channel. */
export function approvalByMessage(view: CaseView): string {
  return `Case ${view.id} needs an approval: offboarding of ${shorten(oneLine(view.subject.displayName), 80)}. It is not shown in the channel because the person reads it. Look with /offboard status ${view.id}, decide with /offboard approve ${view.id} or /offboard reject ${view.id}.`;
}

function untouched(view: CaseView): string {
  return view.offboarding.state.startedAt
    ? 'The accounts stay as they are.'
    : 'Nothing was changed, and the case is closed.';
}
