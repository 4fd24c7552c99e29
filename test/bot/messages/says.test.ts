import { describe, expect, it } from 'vitest';
import { card } from '#bot/messages/card.ts';
import { noticeLine } from '#bot/messages/notices.ts';
import { says } from '#bot/messages/says.ts';
import type { CaseView, StepView } from '#engine/engine.ts';
import type { Phase, StepStatus } from '#model/offboarding.ts';
import { caseView, step, type Scene } from '../cases.ts';

const open = ['planned', 'running', 'retrying', 'unproven', 'handedOver'] as const;

/** So many steps of each kind, in any wave; and whether a system could not be asked. */
interface Mix {
  readonly proven: number;
  readonly attested: number;
  readonly open: readonly StepStatus[];
  readonly unknown: boolean;
}

const mixes: readonly Mix[] = [0, 1, 2].flatMap((proven) =>
  [0, 1, 2].flatMap((attested) =>
    [[], ...open.map((status) => [status]), [...open]].flatMap((left) =>
      [false, true].map((unknown): Mix => ({ proven, attested, open: left, unknown })),
    ),
  ),
);

function stepsOf(mix: Mix, more: Partial<StepView>): StepView[] {
  const statuses = [
    ...Array.from({ length: mix.proven }, (_, index) =>
      index % 2 === 0 ? ('changed' as const) : ('unchanged' as const),
    ),
    ...Array.from({ length: mix.attested }, () => 'attested' as const),
    ...mix.open,
  ];
  return statuses.map((status, index) => step(0, { ...more, id: `s${index}`, status }));
}

function viewOf(phase: Phase, mix: Mix, more: Partial<StepView> = {}, scene: Partial<Scene> = {}): CaseView {
  const plan = caseView({ phase }).offboarding.state.plan;
  const unknown = mix.unknown ? [{ connector: 'GitHub', because: 'does not answer' }] : [];
  return caseView({
    phase,
    steps: stepsOf(mix, more),
    ...scene,
    state: { plan: { ...plan, unknown }, ...scene.state },
  });
}

const name = ({ proven, attested, open: left, unknown }: Mix) =>
  `${proven} proven, ${attested} attested, open: ${left.join(' ') || 'none'}${unknown ? ', one system unasked' : ''}`;
const table = mixes.map((mix): [string, Mix] => [name(mix), mix]);

describe('what is said of the access', () => {
  it.each(table)('claims no more than is proven: %s', (_name, mix) => {
    const sure = mix.open.length === 0 && !mix.unknown && mix.proven + mix.attested > 0;
    const wave = { wave: 'contain' } as const;
    for (const text of [
      says(viewOf('retained', mix, wave)),
      says(viewOf('awaitingDeletion', mix, wave)),
      says(viewOf('done', mix, wave)),
      says(viewOf('kept', mix, wave)),
      noticeLine('done', viewOf('done', mix, wave), new Map()),
      noticeLine('deletionKept', viewOf('retained', mix, wave), new Map()),
    ]) {
      expect(text.includes('Access is gone')).toBe(sure);
      expect(read(text)).toEqual(numbersOf(mix));
    }
  });

  it.each(table)('calls nobody locked out who may not be: %s', (_name, mix) => {
    const text = noticeLine('suspended', viewOf('containing', mix, { wave: 'contain' }), new Map());

    expect(text.startsWith('Dana Reyes is locked out')).toBe(
      mix.open.length === 0 && !mix.unknown && mix.proven + mix.attested > 0,
    );
    expect(read(text)).toEqual(numbersOf(mix));
  });

  it.each(table)('says work is done on groups only while it is: %s', (_name, mix) => {
    const text = says(viewOf('removing', mix, { wave: 'remove' }));
    const busy = mix.open.some((status) => ['planned', 'running', 'retrying'].includes(status));

    expect(text.includes('are being removed')).toBe(busy);
    expect(text.includes('GitHub could not be asked.')).toBe(mix.unknown);
    expect(text.includes('Access is gone') && (mix.open.length > 0 || mix.unknown)).toBe(false);
    expect(busy ? {} : read(text)).toEqual(busy ? {} : numbersOf(mix));
  });

  it.each(table)('calls nothing given back that is not: %s', (_name, mix) => {
    const sure = mix.open.length === 0 && mix.proven + mix.attested > 0;
    const back = { operation: 'unsuspend' } as const;
    for (const text of [
      says(viewOf('restored', mix, back)),
      says(viewOf('cancelled', mix, back)),
      noticeLine('restored', viewOf('restored', mix, back), new Map()),
      noticeLine('cancelled', viewOf('cancelled', mix, back), new Map()),
    ]) {
      expect(text.includes('What could be given back was given back')).toBe(sure);
      expect(read(text)).toEqual(numbersOf({ ...mix, unknown: false }));
    }
  });

  it('says it in words that can be read', () => {
    const said = (mix: Partial<Mix>, phase: Phase = 'retained') =>
      says(viewOf(phase, { proven: 0, attested: 0, open: [], unknown: false, ...mix }, { wave: 'contain' }));

    expect(said({ proven: 4 })).toBe(
      'Access is gone: all 4 steps are proven by a fresh read. The accounts are kept until the question whether to delete them.',
    );
    expect(said({ proven: 3, attested: 1 }, 'done')).toBe(
      "Access is gone: 3 steps are proven by a fresh read, 1 is on a person's word. The case is closed.",
    );
    expect(said({ attested: 2 }, 'done')).toBe(
      "Access is gone on a person's word alone: no step is proven by a fresh read, 2 are on a person's word. The case is closed.",
    );
    expect(said({ proven: 2, attested: 1, open: ['unproven', 'handedOver'] }, 'removing')).toBe(
      "Not everything is gone yet: 2 of 5 steps are not proven, and 1 is on a person's word alone.",
    );
    expect(said({ proven: 2, unknown: true }, 'removing')).toBe(
      'Not everything is known to be gone: GitHub could not be asked. Of what is known, all 2 steps are proven by a fresh read.',
    );
    expect(said({ unknown: true }, 'removing')).toBe('No account was found. GitHub could not be asked.');
    expect(said({ proven: 1, open: ['unproven'], unknown: true }, 'awaitingDeletion')).toBe(
      'A decision is needed whether to delete the accounts. Not everything is gone yet: 1 of 2 steps is not proven. GitHub could not be asked. Nothing is deleted yet.',
    );
  });
});

describe('what is said before and after', () => {
  const nothing: Mix = { proven: 0, attested: 0, open: ['planned'], unknown: true };

  it.each(['held', 'awaitingApproval', 'containing', 'removing', 'retained', 'awaitingDeletion', 'deleting'] as const)(
    'names the system that could not be asked: %s',
    (phase) => {
      expect(says(viewOf(phase, nothing))).toContain('GitHub could not be asked.');
    },
  );

  it('does not say that nothing is changed when something was', () => {
    const mix: Mix = { proven: 1, attested: 0, open: ['planned'], unknown: false };
    const startedAt = '2026-11-25T09:00:00.000Z';

    expect(says(viewOf('awaitingApproval', mix))).toBe('A decision is needed. Nothing is changed yet.');
    const later = viewOf('awaitingApproval', mix, {}, { state: { startedAt } });
    expect(says(later)).toBe(
      'A decision is needed on what was found later. Not everything is gone yet: 1 of 2 steps is not proven.',
    );
    expect(JSON.stringify(card({ view: later, names: new Map() }).blocks)).toContain(
      'If nobody decides, nothing more is done; what was not approved waits for a person.',
    );
    for (const phase of ['rejected', 'expired', 'cancelled'] as const) {
      expect(says(viewOf(phase, mix, {}, { state: { startedAt } }))).not.toContain('Nothing was changed');
    }
    expect(says(viewOf('rejected', mix))).toBe('Rejected. Nothing was changed. The case is closed.');
  });

  it('does not say that nothing is deleted when something may be', () => {
    const kept = step(0, { status: 'changed' });
    const say = (deletion: Partial<StepView>) => says(caseView({ phase: 'kept', steps: [kept, step(3, deletion)] }));

    expect(say({ status: 'planned' })).toContain('Nothing was deleted.');
    for (const status of ['running', 'retrying', 'unproven', 'changed', 'unchanged', 'attested'] as const)
      expect(say({ status })).toContain('Deletion was begun before');
    expect(say({ status: 'handedOver', attempts: 0 })).toContain('Nothing was deleted.');
    expect(say({ status: 'handedOver', attempts: 1 })).toContain('Deletion was begun before');
  });

  it('shows the proven stage beside the phase, and where it could not be asked', () => {
    const header = (phase: Phase, unknown: boolean) =>
      JSON.stringify(
        card({
          view: viewOf(phase, { proven: 1, attested: 0, open: [], unknown }, {}, { view: { stage: 'suspended' } }),
          names: new Map(),
        }).blocks[1],
      );

    expect(header('removing', false)).toContain(
      'Case OFF-1 · Removing · stage suspended · asked for by Hugo Marchetti',
    );
    expect(header('removing', true)).toContain('stage suspended where it could be asked');
    expect(header('cancelled', false)).not.toContain('stage');
    expect(header('awaitingApproval', false)).not.toContain('stage');
  });
});

/** What the sentences say in numbers. */
function read(text: string): object {
  const left = /(?<open>\d+) of (?<total>\d+) (?:containment )?steps? (?:is|are) not proven/.exec(text)?.groups;
  const proven = /(?<number>all \d+|the only|no|\d+) (?:containment )?steps? (?:is|are) proven/.exec(text)?.groups?.[
    'number'
  ];
  const attested = /(?<number>\d+) (?:is|are) on a person's word/.exec(text)?.groups?.['number'];
  const words: Readonly<Record<string, number>> = { 'the only': 1, no: 0 };
  return {
    open: Number(left?.['open'] ?? 0),
    total: left && Number(left['total']),
    proven: proven === undefined ? undefined : (words[proven] ?? Number(proven.replace('all ', ''))),
    attested: Number(attested ?? 0),
    unasked: text.includes('GitHub could not be asked.'),
    ends: text.endsWith('.'),
  };
}

/** What they must say of a mix. */
function numbersOf({ proven, attested, open: left, unknown }: Mix): object {
  const total = proven + attested + left.length;
  return {
    open: left.length,
    total: left.length > 0 ? total : undefined,
    proven: left.length > 0 || total === 0 ? undefined : proven,
    attested,
    unasked: unknown,
    ends: true,
  };
}
