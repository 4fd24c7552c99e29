import type { types } from '@slack/bolt';
import type { CaseView } from '#engine/engine.ts';
import type { Size } from './card-size.ts';
import { deletions, takingSteps } from './card-facts.ts';
import { hasBegun } from './says.ts';
import { count, moment, namesInARow, oneLine, plain, shorten } from './text.ts';
import { nameOf, type Names } from './words.ts';

/** What is asked, who may answer, until when, and what silence means. Empty where nothing is asked. */
export function decisionBlocks(view: CaseView, names: Names, size: Size): types.KnownBlock[] {
  const { approval } = view.offboarding.state;
  if (!approval || (view.phase !== 'awaitingApproval' && view.phase !== 'awaitingDeletion')) return [];
  const given = approval.votes.filter(({ verdict }) => verdict === 'approved').length;
  const approvers = view.approverIds.map((id) => nameOf(names, id));
  const lines = [
    `Decision needed: ${asks(view)}`,
    approvers.length > 0
      ? `Who may decide: ${namesInARow(approvers, 6)}.`
      : 'Nobody may decide at present: the policy names no approver besides the requester and the person. Change the policy.',
    ...(approval.needed > 1 ? [`${given} of ${approval.needed} approvals given.`] : []),
  ];
  return [
    { type: 'section', text: plain(lines.map((line) => shorten(line, Math.max(size.line, 110) * 3)).join('\n'), 1500) },
    {
      type: 'context',
      // Our own words and digits: nothing foreign stands in this mrkdwn.
      elements: [{ type: 'mrkdwn', text: `Expires ${moment(approval.expiresAt)}. ${silence(view)}`, verbatim: true }],
    },
  ];
}

function silence(view: CaseView): string {
  if (view.phase === 'awaitingDeletion') return 'If nobody decides, nothing is deleted; the accounts stay as they are.';
  return hasBegun(view)
    ? 'If nobody decides, nothing more is done; what was not approved waits for a person.'
    : 'If nobody decides, nothing is done and the case closes.';
}

function asks(view: CaseView): string {
  const who = shorten(oneLine(view.subject.displayName), 60);
  if (view.phase === 'awaitingDeletion') return `delete the accounts of ${who} for good: ${deletions(view)}.`;
  const steps = takingSteps(view);
  const systems = new Set(steps.map(({ system }) => system)).size;
  return `take away the access of ${who}, ${count(steps.length, 'step')} in ${count(systems, 'system')}.`;
}
