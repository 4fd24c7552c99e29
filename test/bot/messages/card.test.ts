import { describe, expect, it } from 'vitest';
import { batchCard } from '#bot/messages/batch-card.ts';
import { card, cardLimits } from '#bot/messages/card.ts';
import { attestModal, decideModal } from '#bot/messages/modals.ts';
import { noticeLine } from '#bot/messages/notices.ts';
import { pagesOf, planModal } from '#bot/messages/plan-modal.ts';
import { taskCard } from '#bot/messages/task-card.ts';
import { sentence } from '#bot/messages/text.ts';
import { faultsOfBlocks, faultsOfView, mostCharactersInBlocks } from '#local/slack/limits.ts';
import { Phase } from '#model/offboarding.ts';
import { caseView, hostile, manySteps, step, type Scene } from '../cases.ts';
import { dana, everybody, ivo, samir, selma } from '../people.ts';

const names = new Map(everybody.map(({ id, displayName }) => [id, displayName]));
const sealFor = (action: string, ref: string) => `1.${action}.${ref}.${'m'.repeat(43)}`;

/** The same phase with the least and the most there can be, and with every text hostile. */
function scenes(phase: Phase): readonly [string, Scene][] {
  const evil = (index: number) => hostile[index % hostile.length] ?? '';
  const bad = (index: number) => evil(index) || 'x';
  const texts = {
    heldBecause: bad(0),
    planChanges: Array.from({ length: 50 }, (_, index) => evil(index)),
  };
  return [
    ['least', { phase, steps: [], view: { requester: undefined, manager: undefined, approverIds: [] } }],
    ['one step', { phase, steps: manySteps(1) }],
    ['most', { phase, steps: manySteps(200), view: { mayUndo: true }, reason: 'r'.repeat(300) }],
    ...hostile.map((text, index): [string, Scene] => [
      `hostile ${index}`,
      {
        phase,
        subject: { ...dana, displayName: text, department: text, title: text },
        reason: text || 'r',
        steps: manySteps(200, (number) => ({
          system: evil(number),
          account: { connector: 'c', id: `i${number}`, handle: bad(number + index) },
          because: evil(number + 1),
          note: evil(number + 2),
          affects: [{ id: 'g', name: evil(number) }],
        })),
        state: {
          ...texts,
          plan: {
            ...caseView({ phase }).offboarding.state.plan,
            unknown: Array.from({ length: 60 }, (_, number) => ({ connector: 'c', because: evil(number) })),
          },
        },
        view: { mayUndo: true },
      },
    ]),
  ];
}

const all = Phase.options.flatMap((phase) =>
  scenes(phase).map(([name, scene]): [string, string, Scene] => [phase, name, scene]),
);

describe('the card', () => {
  it.each(all)('is taken by Slack and keeps its budget: %s, %s', (_phase, _name, scene) => {
    const { text, blocks } = card({ view: caseView(scene), names, sealFor });

    expect(faultsOfBlocks(blocks, 'message')).toEqual([]);
    expect(blocks.length).toBeLessThanOrEqual(cardLimits.blocks);
    expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(cardLimits.characters);
    expect(cardLimits.characters).toBeLessThan(mostCharactersInBlocks);
    expect(text.length).toBeLessThanOrEqual(1000);
    expect(text.endsWith('.') || text.endsWith('…')).toBe(true);
  });

  it.each(all)('lets no foreign text act in Slack: %s, %s', (_phase, _name, scene) => {
    const { text, blocks } = card({ view: caseView(scene), names, sealFor });

    expect(text).not.toMatch(/<[!@#h]|[\n\u202e\u2066]/);
    for (const marked of marksIn(blocks))
      expect(marked).toMatch(
        /^Expires <!date\^\d+\^\{date_short_pretty\} \{time\}\|[-\d: ]+UTC>\. If nobody decides, [a-z ,;]+\.$/,
      );
    expect(JSON.stringify(blocks)).not.toMatch(/\\u202e|\\u2066|\u202e|\u2066/);
  });

  it('says each state of a step in words, and calls proven only what a read has shown', () => {
    const steps = [
      step(0, { status: 'changed' }),
      step(1, { status: 'unchanged' }),
      step(2, { status: 'unproven', because: 'the read still shows a session' }),
      step(4, { status: 'attested', by: ivo.id }),
      step(5, { status: 'handedOver', because: 'refused with 403' }),
    ];

    const shown = JSON.stringify(card({ view: caseView({ phase: 'removing', steps }), names, sealFor }).blocks);

    expect(shown).toContain('✓ proven (changed) · Okta · dana-0 · suspend sign-in');
    expect(shown).toContain('✓ proven (already so) · GitHub');
    expect(shown).toContain('? unproven · Google Workspace');
    expect(shown).toContain('✎ by hand (Ivo Petrov) · Door badges');
    expect(shown).toContain('! handed to a person · Okta');
    expect(shown).toContain('2 of 5 proven, 1 by hand, 2 need a person');
  });

  it('asks for a decision with who may give it, until when, and what silence means', () => {
    const view = caseView({ phase: 'awaitingApproval', steps: manySteps(3, () => ({ status: 'planned' })) });

    const shown = JSON.stringify(card({ view, names, sealFor }).blocks);

    expect(shown).toContain('Who may decide: Selma Novak and Samir Haddad.');
    expect(shown).toContain('If nobody decides, nothing is done and the case closes.');
    expect(actionsIn(view)).toEqual([
      'exeunt.case.approve',
      'exeunt.case.reject',
      'exeunt.plan.view',
      'exeunt.case.cancel',
    ]);
  });

  it('asks for deletion apart, and says that silence deletes nothing', () => {
    const view = caseView({ phase: 'awaitingDeletion', steps: [step(0, { status: 'changed' }), step(3)] });

    expect(JSON.stringify(card({ view, names, sealFor }).blocks)).toContain('nothing is deleted; the accounts stay');
    expect(actionsIn(view)).not.toContain('exeunt.case.approve');
    expect(actionsIn(view)).toContain('exeunt.deletion.approve');
  });

  it('gives a hand-made step its form and a failed one its second try', () => {
    const byHand = step(4, { status: 'handedOver', attempts: 1 });
    const failed = step(0, { status: 'unproven' });

    expect(actionsIn(caseView({ phase: 'removing', steps: [byHand] }))).toContain('exeunt.step.attest');
    expect(actionsIn(caseView({ phase: 'removing', steps: [failed] }))).toContain('exeunt.step.retry');
    expect(actionsIn(caseView({ phase: 'done', steps: [failed] }))).not.toContain('exeunt.step.retry');
  });

  it('has no buttons where it is only for reading', () => {
    const { blocks } = card({ view: caseView({ phase: 'awaitingApproval', steps: manySteps(5) }), names });

    expect(blocks.filter(({ type }) => type === 'actions')).toEqual([]);
    expect(JSON.stringify(blocks)).not.toContain('"button"');
  });

  it('names what cannot be undone apart from what is only deleted later, with an approval of its own', () => {
    const steps = [step(0), step(1, { system: 'Okta' }), step(3, { system: 'Okta' })];

    const shown = JSON.stringify(card({ view: caseView({ phase: 'awaitingApproval', steps }), names, sealFor }).blocks);

    expect(shown).toContain('Okta: 2 steps; cannot be undone: end sessions');
    expect(shown).toContain('Later, after 30 days and an approval of its own: delete 1 account');
    expect(shown).toContain('take away the access of Dana Reyes, 2 steps in 1 system.');
    expect(shown).toContain('0 of 3 proven, 1 deletion later');
  });

  it('counts what is given back apart from what was taken', () => {
    const taken = step(0, { status: 'changed' });
    const back = step(0, { id: 'okta:a-0:unsuspend', operation: 'unsuspend', status: 'running' });

    const { text } = card({ view: caseView({ phase: 'undoing', steps: [taken, back] }), names, sealFor });

    expect(text).toContain('0 of 1 given back and proven.');
  });

  it('tells what changed when an approval became void', () => {
    const view = caseView({ phase: 'awaitingApproval', state: { planChanges: ['GitHub: an account was found'] } });

    expect(JSON.stringify(card({ view, names, sealFor }).blocks)).toContain(
      'The plan changed, so the earlier approval is void:\\nGitHub: an account was found',
    );
  });

  function actionsIn(view: ReturnType<typeof caseView>): string[] {
    const found = JSON.stringify(card({ view, names, sealFor }).blocks).matchAll(/"action_id":"([^"]+)"/g);
    return [...found].flatMap(([, id]) => (id ? [id] : []));
  }
});

describe('the other messages', () => {
  it.each(all)('open as modals that Slack takes: %s, %s', (_phase, _name, scene) => {
    const view = caseView(scene);
    const pages = pagesOf(view);
    const modals = [
      planModal({ view, names, page: 1, sealFor }),
      planModal({ view, names, page: pages, sealFor }),
      decideModal('approve', view, 'm'),
      decideModal('reject', view, 'm'),
      decideModal('approveDeletion', view, 'm'),
      ...(view.steps[0] ? [attestModal(view.steps[0], view, 'm')] : []),
    ];

    for (const modal of modals) expect(faultsOfView(modal, 'modal')).toEqual([]);
  });

  it.each(all)(
    'ask a person by hand in a card that Slack takes and that acts on nothing: %s, %s',
    (_phase, _name, scene) => {
      const view = caseView(scene);
      const found = [
        undefined,
        ...view.steps.slice(0, 9),
        { ...step(4, { ...view.steps[6], status: 'handedOver' }), attempts: 1 },
      ];
      for (const one of found) {
        const { text, blocks } = taskCard({ view, step: one, names, standsIn: true, mayAttest: true, sealFor });

        expect(faultsOfBlocks(blocks, 'message')).toEqual([]);
        expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(cardLimits.characters);
        expect(text).not.toMatch(/<[!@#h]|[\n\u202e\u2066]/);
        expect(text).toMatch(/[.…]$/);
        expect(marksIn(blocks)).toEqual([]);
      }
    },
  );

  it('shows every step of a long plan on some page', () => {
    const view = caseView({ phase: 'containing', steps: manySteps(45) });

    const shown = [1, 2, 3].map((page) => JSON.stringify(planModal({ view, names, page, sealFor }).blocks)).join('');

    expect(pagesOf(view)).toBe(3);
    for (const { account } of view.steps) expect(shown).toContain(`· ${account.handle} ·`);
  });

  it.each([0, 1, 20, 200])('shows a batch of %i people within the limits', (number) => {
    for (const evil of hostile) {
      const subjects = Array.from({ length: number }, () => ({ ...dana, displayName: evil, department: evil }));
      const message = batchCard({
        batch: {
          id: 'batch-OFF-1',
          caseIds: subjects.map((_, index) => `OFF-${index}`),
          subjects,
          because: evil,
          needed: 2,
          votes: [{ by: selma.id, at: '2026-11-25T09:00:00.000Z' }],
          released: false,
        },
        names,
        sealFor,
      });

      expect(faultsOfBlocks(message.blocks, 'message')).toEqual([]);
      expect(JSON.stringify(message.blocks).length).toBeLessThanOrEqual(cardLimits.characters);
      expect(JSON.stringify(message.blocks)).toContain('1 of 2 approvals given');
    }
  });

  it('speaks each notice as one line that acts on nothing', () => {
    const kinds = [
      'held',
      'approvalAsked',
      'planChanged',
      'approved',
      'rejected',
      'expired',
      'suspended',
      'needsPerson',
      'deletionAsked',
      'deletionKept',
      'undoing',
      'restored',
      'cancelled',
      'done',
    ] as const;
    for (const kind of kinds)
      for (const evil of hostile) {
        const view = caseView({ phase: 'containing', subject: { ...dana, displayName: evil }, steps: manySteps(8) });
        const { text, blocks } = sentence(noticeLine(kind, view, new Map([[samir.id, evil]])));

        expect(text).toMatch(/\.$/);
        expect(text).not.toMatch(/<[!@#h]|\n/);
        expect(faultsOfBlocks(blocks, 'message')).toEqual([]);
      }
  });
});

/** The text of every mrkdwn object. */
function marksIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(marksIn);
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'mrkdwn' && 'text' in value) return [String(value.text)];
  return Object.values(value).flatMap(marksIn);
}
