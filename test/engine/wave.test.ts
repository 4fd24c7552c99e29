import { expect, it } from 'vitest';
import { memory, type MemoryAccount } from '#engine/connectors/memory.ts';
import { freshCase, next } from '#engine/case.ts';
import type { CaseEvent } from '#engine/case-events.ts';
import { runWave, type WaveDeps } from '#engine/wave.ts';
import { lookAndPlan } from '#engine/wave.ts';
import type { Trail } from '#engine/trail.ts';
import { inverse } from '#engine/undo.ts';
import type { AuditEvent } from '#model/audit-event.ts';
import { Identity } from '#model/identity.ts';
import { start, terms } from './case-scenes.ts';

const signal = AbortSignal.timeout(10_000);

/** One approved case of Dana on a target system in memory, and a trail that does not take some lines at first. */
async function approvedCase() {
  const account: MemoryAccount = {
    id: 'id-dana',
    handle: 'dana',
    email: 'dana@acme.example',
    status: 'active',
    sessions: 2,
    tokens: [],
    entitlements: [],
  };
  const target = memory('portal', new Map([[account.id, account]]));
  let acts = 0;
  const { suspend, unsuspend } = target.operations;
  const counted = { suspend: async (input: Parameters<NonNullable<typeof suspend>>[0]) => (acts++, suspend?.(input)) };
  const lines = new Map<string, AuditEvent>();
  const refused = new Set<AuditEvent['kind']>();
  const of = (kind: string) => [...lines.values()].filter((line) => line.kind === kind);
  const trail: Trail = {
    async append(...events) {
      if (events.some(({ kind }) => refused.has(kind))) throw new Error('the disk is full');
      for (const event of events) if (!lines.has(event.id)) lines.set(event.id, event);
    },
    of: async () => [...lines.values()],
    finished: async () => of('stepFinished'),
    begun: async () => of('acting'),
  };
  let state = freshCase('dana', 'hr');
  const trigger = { kind: 'command', source: 'U1', at: start } as const;
  const deps: WaveDeps = {
    cases: {
      read: async () => ({ id: 'OFF-1', subjectId: 'dana', trigger, openedAt: start, state }),
      apply: async () => ({ commands: [] }),
    },
    trail,
    connectors: new Map([['portal', { ...target, operations: { ...counted, ...(unsuspend ? { unsuspend } : {}) } }]]),
    identity: async (id) => Identity.parse({ id, email: account.email, displayName: 'Dana' }),
    retentionDays: () => 30,
    policyVersion: () => 'p1',
    changed: () => undefined,
    now: () => new Date(),
    log: () => undefined,
  };
  const tell = (event: CaseEvent) => {
    const result = next(state, event, start, terms);
    if ('refused' in result) throw new Error(`${event.kind} is refused: ${result.refused}`);
    ({ state } = result);
  };
  tell({ kind: 'opened' });
  tell({ kind: 'planned', wave: 1, plan: await lookAndPlan(deps, 'OFF-1', signal) });
  tell({ kind: 'decided', approvalId: state.approval?.id ?? '', verdict: 'approved', by: 'sec' });
  const wave = state.epoch;
  const run = () =>
    runWave(deps, { caseId: 'OFF-1', wave, stepIds: Object.keys(state.steps), verifyPlan: true }, signal);
  return {
    account,
    refused,
    run,
    acts: () => acts,
    finish: (results: Awaited<ReturnType<typeof run>>['results']) => {
      tell({ kind: 'waveFinished', wave, results });
      return inverse(state).map(({ operation }) => operation);
    },
  };
}

it('an act whose end could not be written down is not done twice, and undo still knows what was before', async () => {
  const { account, refused, run, acts, finish } = await approvedCase();
  refused.add('stepFinished');
  await expect(run()).rejects.toThrow('the disk is full');
  expect(account.status).toBe('suspended');

  refused.clear();
  const { results } = await run();

  expect(acts()).toBe(1);
  expect(results['portal:id-dana:suspend']).toMatchObject({ outcome: 'changed', before: { status: 'active' } });
  expect(finish(results)).toEqual(['unsuspend']);
});

it('an act that could not be written down is not begun, and is begun later', async () => {
  const { account, refused, run, acts } = await approvedCase();
  refused.add('acting');
  await expect(run()).rejects.toThrow('the disk is full');
  expect(account.status).toBe('active');
  expect(acts()).toBe(0);

  refused.clear();
  expect((await run()).results['portal:id-dana:suspend']).toMatchObject({ outcome: 'changed' });
});
