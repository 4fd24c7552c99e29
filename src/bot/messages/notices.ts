import type { CaseView } from '#engine/engine.ts';
import type { Notice } from '#engine/notifier.ts';
import { inARow } from './claims.ts';
import { deleted, givenBack, gone, hasBegun, lockedOut, unasked } from './says.ts';
import { count, namesInARow, oneLine, shorten } from './text.ts';
import { nameOf, needsPerson, type Names } from './words.ts';

/** What the thread under the card says of a notice: one sentence what happened, and where it helps one what to do. */
export function noticeLine(kind: Notice, view: CaseView, names: Names): string {
  return lines[kind](view, names, shorten(oneLine(view.subject.displayName), 80));
}

const lines: Readonly<Record<Notice, (view: CaseView, names: Names, who: string) => string>> = {
  held: (_view, _names, who) =>
    `The offboarding of ${who} is held: more people than usual seem to leave. Nothing was changed.`,
  approvalAsked: (view, _names, who) =>
    inARow(`An approval is needed before anything ${hasBegun(view) ? 'more ' : ''}is done for ${who}.`, unasked(view)),
  planChanged: (view, _names, who) =>
    `The plan for ${who} changed (${count(view.offboarding.state.planChanges.length, 'change')}), so the earlier approval is void. Look at the card and decide again.`,
  approved: (view, names) => `Approved by ${voters('approved', view, names)}. The work begins.`,
  rejected: (view, names) => `Rejected by ${voters('rejected', view, names)}. ${untouched(view)}`,
  expired: (view) => `Nobody decided in time, so the request lapsed. ${untouched(view)}`,
  suspended: (view, _names, who) => lockedOut(view, who),
  needsPerson(view, _names, who) {
    const waiting = view.steps.filter(needsPerson).length;
    if (waiting === 0) return `A step of the offboarding of ${who} needed a person; it does no longer.`;
    return `${count(waiting, 'step')} of the offboarding of ${who} ${waiting === 1 ? 'needs' : 'need'} a person. The card says which and why.`;
  },
  deletionAsked: (view, _names, who) =>
    `The ${count(view.offboarding.state.plan.retentionDays, 'day')} of retention are over. A decision is needed whether to delete the accounts of ${who}.`,
  deletionKept: (view, _names, who) =>
    inARow(
      `The accounts of ${who} are kept: deletion was not approved.`,
      deleted(view, 'Nothing was deleted.'),
      gone(view),
    ),
  undoing: (_view, _names, who) => `What was changed for ${who} and can be given back is being given back.`,
  restored: (view, _names, who) => `The offboarding of ${who} was undone. ${givenBack(view)}`,
  cancelled: (view, _names, who) =>
    `The offboarding of ${who} was cancelled. ${hasBegun(view) ? givenBack(view) : 'Nothing was changed.'}`,
  // The engine says done only where every step is settled; whatever the view shows, the sentence after it says so.
  done: (view, _names, who) => `The offboarding of ${who} is closed. ${gone(view)}`,
};

function voters(verdict: 'approved' | 'rejected', view: CaseView, names: Names): string {
  const votes = view.offboarding.state.approval?.votes ?? [];
  return namesInARow(
    votes.filter((vote) => vote.verdict === verdict).map(({ by }) => nameOf(names, by)),
    5,
  );
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
  return hasBegun(view) ? 'The accounts stay as they are.' : 'Nothing was changed, and the case is closed.';
}
