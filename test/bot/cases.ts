import type { CaseView, StepView } from '#engine/engine.ts';
import type { Identity } from '#model/identity.ts';
import type { CaseState, Phase, StepStatus } from '#model/offboarding.ts';
import { dana, hugo, mara, samir, selma } from './people.ts';

const at = '2026-11-25T09:00:00.000Z';
export const hash = 'a'.repeat(64);

/** One step for the cards; give it what the test is about. */
export function step(index: number, more: Partial<StepView> = {}): StepView {
  const operations = ['suspend', 'revokeSessions', 'removeEntitlements', 'delete'] as const;
  const operation = operations[index % operations.length] ?? 'suspend';
  const systems = ['Okta', 'GitHub', 'Google Workspace', 'Ledgerly', 'Door badges'];
  const system = systems[index % systems.length] ?? 'Okta';
  const account = { connector: system.toLowerCase().replaceAll(' ', '-'), id: `a-${index}`, handle: `dana-${index}` };
  return {
    id: `${account.connector}:${account.id}:${operation}`,
    wave: operation === 'delete' ? 'delete' : operation === 'removeEntitlements' ? 'remove' : 'contain',
    account,
    operation,
    reversible: operation === 'suspend' || operation === 'removeEntitlements',
    affects: operation === 'removeEntitlements' ? [{ id: 'g1', name: 'engineering' }] : [],
    status: 'planned',
    attempts: 0,
    system,
    byHand: system === 'Door badges',
    ...more,
  };
}

export interface Scene {
  readonly phase: Phase;
  readonly steps?: readonly StepView[];
  readonly subject?: Identity;
  readonly state?: Partial<CaseState>;
  readonly view?: Partial<CaseView>;
  readonly reason?: string;
}

/** A case as the engine would show it. */
export function caseView({ phase, steps = [], subject = dana, state = {}, view = {}, reason }: Scene): CaseView {
  const closed = ['done', 'kept', 'restored', 'rejected', 'expired', 'cancelled'].includes(phase);
  const asks = phase === 'awaitingApproval' || phase === 'awaitingDeletion';
  const begun = !['planning', 'held', 'awaitingApproval', 'rejected', 'expired'].includes(phase);
  return {
    id: 'OFF-1',
    phase,
    stage: 'active',
    closed,
    subject,
    requester: hugo,
    manager: mara,
    offboarding: {
      id: 'OFF-1',
      subjectId: subject.id,
      trigger: { kind: 'command', source: 'U00001004', at, ...(reason ? { reason } : {}) },
      openedAt: at,
      state: {
        v: 1,
        phase,
        epoch: 2,
        requesterId: hugo.id,
        plan: {
          version: 1,
          subjectId: subject.id,
          steps: [...steps],
          unknown: [],
          retentionDays: 30,
          policyVersion: 'p1',
          hash,
        },
        undoSteps: [],
        lookups: 0,
        planChanges: [],
        steps: {},
        ...(begun ? { startedAt: at } : {}),
        ...(phase === 'planning' || phase === 'held'
          ? {}
          : {
              approval: {
                id: 'a2',
                kind: phase === 'awaitingDeletion' || phase === 'deleting' ? ('delete' as const) : ('contain' as const),
                planHash: hash,
                needed: 1,
                askedAt: at,
                expiresAt: '2026-11-26T09:00:00.000Z',
                votes: asks || !begun ? [] : [{ by: selma.id, verdict: 'approved' as const, at }],
              },
            }),
        ...state,
      },
    },
    steps,
    approverIds: [selma.id, samir.id],
    mayUndo: ['removing', 'retained', 'awaitingDeletion'].includes(phase),
    batchId: undefined,
    ...view,
  };
}

const statuses: readonly StepStatus[] = [
  'planned',
  'running',
  'retrying',
  'changed',
  'unchanged',
  'unproven',
  'handedOver',
  'attested',
];

/** So many steps, in every state there is. */
export function manySteps(number: number, more: (index: number) => Partial<StepView> = () => ({})): StepView[] {
  return Array.from({ length: number }, (_, index) =>
    step(index, { status: statuses[index % statuses.length] ?? 'planned', ...more(index) }),
  );
}

/** Text that people and systems could send to make a card say what the bot does not say, or too much of it. */
export const hostile: readonly string[] = [
  '<!channel> *approved* by <@U00001005>',
  '<https://evil.example|okta.com> & `code` ~x~ _y_ >quote',
  'a\nb\r\n✓ proven (changed)\u2028line',
  '\u202egnp.exe\u202c \u2066hidden\u2069',
  ':white_check_mark: Approved :tada:',
  '🧨'.repeat(10_000),
  'x'.repeat(10_000),
  '"\\'.repeat(3_000),
  '\ud800 lone',
  '',
  '   ',
];
