import type { types } from '@slack/bolt';
import type { CaseView, Evidence } from '#engine/engine.ts';
import type { Identity } from '#model/identity.ts';
import { actionIds } from '../ids.ts';
import { progress } from './card-facts.ts';
import { count, escape, oneLine, plain, sentence, shorten, utc, type Message } from './text.ts';
import { phaseWords } from './words.ts';

type Answer = Message<types.KnownBlock>;

/** Help: the forms of the command, and where it was not understood the nearest ones. */
export function formsAnswer(lead: string, lines: readonly string[]): Answer {
  return {
    text: `${lead} ${lines.map(escape).join(' · ')}`,
    blocks: [{ type: 'section', text: plain([lead, ...lines].join('\n'), 2900) }],
  };
}

/** Several people fit: each with a button that opens for that one. `values` are signed, one for each. */
export function candidatesAnswer(searched: string, people: readonly Identity[], values: readonly string[]): Answer {
  const shown = people.slice(0, 10);
  const lead = `"${shorten(oneLine(searched), 100)}" may be ${shown.length === 1 ? 'this person' : 'one of these people'}. Nothing was opened yet; choose who leaves.`;
  return {
    text: escape(lead),
    blocks: [
      { type: 'section', text: plain(lead, 400) },
      ...shown.map((person, index): types.KnownBlock => ({
        type: 'section',
        text: plain(`${oneLine(person.displayName)}\n${described(person)}`, 500),
        accessory: {
          type: 'button',
          action_id: `${actionIds.choose}.${index}`,
          text: plain('Offboard', 75),
          value: values[index] ?? '',
          accessibility_label: shorten(`Offboard ${oneLine(person.displayName)}, ${oneLine(person.email)}`, 75),
        },
      })),
      ...(people.length > shown.length
        ? [
            {
              type: 'context' as const,
              elements: [plain('There are more. Say more of the name, or the address.', 200)],
            },
          ]
        : []),
    ],
  };
}

function described({ title, department, email }: Identity): string {
  return [title, department, email].flatMap((part) => (part ? [oneLine(part)] : [])).join(' · ');
}

/** Ten cases at most, one line each. */
export function listAnswer(which: 'open' | 'all', cases: readonly CaseView[]): Answer {
  if (cases.length === 0)
    return sentence(
      which === 'open' ? 'There is no open offboarding that you may see.' : 'There is no offboarding that you may see.',
    );
  const lines = cases
    .slice(0, 10)
    .map((view) =>
      shorten(`${view.id} · ${oneLine(view.subject.displayName)} · ${phaseWords[view.phase]} · ${progress(view)}`, 200),
    );
  const more = cases.length > 10 ? ['… and more. Ask for one with /offboard status @person'] : [];
  const lead = `${cases.length > 10 ? 'The newest ten' : count(cases.length, 'case')}${which === 'open' ? ', open' : ''}:`;
  return {
    text: escape(`${lead} ${lines.join('; ')}`),
    blocks: [{ type: 'section', text: plain([lead, ...lines, ...more].join('\n'), 2900) }],
  };
}

/** What a case's evidence holds, in a sentence each. */
export function evidenceSummary(evidence: Evidence): string {
  const { proven, attested, open } = evidence.summary;
  return [
    `Evidence of case ${evidence.caseId}: ${count(evidence.events.length, 'event')} since ${utc(evidence.openedAt)}.`,
    `${count(proven, 'step')} proven by a fresh read, ${attested} attested by a person, ${open} open.`,
    `Plan ${evidence.planHash.slice(0, 12)}. The file is in your direct messages with me.`,
  ].join(' ');
}

export function whoamiAnswer(identity: Identity, may: { start: boolean; approve: boolean; read: boolean }): Answer {
  const rights = [
    `start an offboarding: ${may.start ? 'yes' : 'no'}`,
    `decide on one that you did not ask for: ${may.approve ? 'yes' : 'no'}`,
    `read cases and evidence: ${may.read ? 'yes' : 'no'}`,
  ];
  return sentence(
    `You are ${oneLine(identity.displayName)} (${oneLine(identity.email)}), found by the address of your Slack profile. What the policy lets you do — ${rights.join('; ')}.`,
  );
}

/** A sentence, and a link that Slack gave us. */
export function withLink(text: string, url: string | undefined, words: string): Answer {
  const said = sentence(text);
  // Only an https address without Slack's own marks becomes a link.
  if (!url || !/^https:\/\/[^\s<>|]+$/.test(url)) return said;
  return {
    text: said.text,
    blocks: [
      ...said.blocks,
      { type: 'context', elements: [{ type: 'mrkdwn', text: `<${url}|${words}>`, verbatim: true }] },
    ],
  };
}
