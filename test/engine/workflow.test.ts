import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memory, type MemoryAccount } from '#engine/connectors/memory.ts';
import { openWorld, type World } from '../world/engine-world.ts';

function accountOf(person: string): MemoryAccount {
  return {
    id: `id-${person}`,
    handle: person,
    email: `${person}@acme.example`,
    status: 'active',
    sessions: 2,
    tokens: [{ id: 't1', name: 'Zapier' }],
    entitlements: [{ id: 'g1', name: 'Engineering' }],
  };
}

describe.each(['plain', 'replay'] as const)('an offboarding on the %s durable engine', (server) => {
  const accounts = new Map<string, MemoryAccount>();
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ connectors: [memory('portal', accounts)], server });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const phase = (caseId: string) => async () => (await world.engine.case(caseId))?.phase;

  it('plans, waits for a yes, contains, removes, asks again, deletes, and proves each step by a read', async () => {
    accounts.set('id-dana', accountOf('dana'));
    const caseId = await world.open();
    await expect.poll(phase(caseId)).toBe('awaitingApproval');
    expect(accounts.get('id-dana')?.status).toBe('active');

    await world.approve(caseId);
    await expect.poll(phase(caseId)).toBe('awaitingDeletion');
    expect(accounts.get('id-dana')).toMatchObject({ status: 'suspended', sessions: 0, tokens: [], entitlements: [] });

    await world.approve(caseId);
    await expect.poll(phase(caseId)).toBe('done');
    expect(accounts.has('id-dana')).toBe(false);
    const view = await world.engine.case(caseId);
    expect(view?.steps.map(({ status }) => status)).toEqual(['changed', 'changed', 'changed', 'changed', 'changed']);
    expect(view?.stage).toBe('deleted');
    await expect
      .poll(() => world.told.filter((notice) => notice.caseId === caseId).map(({ kind }) => kind))
      .toContain('done');
  });

  it('keeps an audit trail with before and after of each act', async () => {
    const [view] = await world.engine.cases({ limit: 1 });

    const evidence = await world.engine.evidence(view!.id);

    const suspended = evidence?.events.filter(({ stepId }) => stepId === 'portal:id-dana:suspend');
    expect(suspended?.map(({ kind }) => kind)).toEqual(['acting', 'stepFinished']);
    expect(suspended?.[1]).toMatchObject({ before: { status: 'active' }, after: { status: 'suspended' } });
    expect(evidence?.summary).toEqual({ proven: 5, attested: 0, open: 0 });
    expect(evidence?.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['triggered', 'planned', 'approvalAsked', 'decided']),
    );
  });

  it('gives back what it took', async () => {
    accounts.set('id-dana', accountOf('dana'));
    const caseId = await world.open();
    await expect.poll(phase(caseId)).toBe('awaitingApproval');
    await world.approve(caseId);
    await expect.poll(phase(caseId)).toBe('awaitingDeletion');

    expect(await world.engine.undo({ caseId, by: 'sec' })).toMatchObject({ done: true });

    await expect.poll(phase(caseId)).toBe('restored');
    expect(accounts.get('id-dana')).toMatchObject({
      status: 'active',
      entitlements: [{ id: 'g1', name: 'Engineering' }],
      tokens: [],
    });
  });

  it('joins the open case when the same person is offboarded twice', async () => {
    accounts.set('id-dana', accountOf('dana'));
    const first = await world.open();

    const second = await world.engine.open({
      subjectId: 'dana',
      requesterId: 'hal',
      trigger: { kind: 'command', source: 'U1' },
    });

    expect(second).toMatchObject({ done: true, joined: true, caseId: first });
    await expect.poll(phase(first)).toBe('awaitingApproval');
    expect(await world.engine.cancel({ caseId: first, by: 'hal' })).toMatchObject({ done: true });
    await expect.poll(phase(first)).toBe('cancelled');
    expect(accounts.get('id-dana')?.status).toBe('active');
  });

  it('voids an approval when an account appeared since, and says which', async () => {
    accounts.set('id-dana', accountOf('dana'));
    const caseId = await world.open();
    await expect.poll(phase(caseId)).toBe('awaitingApproval');
    accounts.set('id-second', { ...accountOf('dana'), id: 'id-second' });

    await world.approve(caseId);

    await expect.poll(async () => (await world.engine.case(caseId))?.offboarding.state.planChanges.length).toBe(5);
    expect((await world.engine.case(caseId))?.phase).toBe('awaitingApproval');
    expect(accounts.get('id-dana')?.status).toBe('active');
    await world.engine.cancel({ caseId, by: 'hal' });
    accounts.delete('id-second');
  });

  it.each([
    ['the requester', 'hal', 'ownRequest'],
    ['the subject', 'dana', 'subject'],
    ['somebody else', 'mara', 'notAllowed'],
  ])('refuses a decision of %s and records it', async (_who, by, code) => {
    accounts.set('id-dana', accountOf('dana'));
    const caseId = await world.open();
    await expect.poll(phase(caseId)).toBe('awaitingApproval');
    const approvalId = (await world.engine.case(caseId))!.offboarding.state.approval!.id;

    expect(await world.engine.decide({ caseId, approvalId, verdict: 'approved', by })).toMatchObject({
      done: false,
      code,
    });

    expect(await phase(caseId)()).toBe('awaitingApproval');
    expect((await world.engine.evidence(caseId))?.events.at(-1)).toMatchObject({
      kind: 'decisionRefused',
      actor: { id: by },
    });
    await world.engine.cancel({ caseId, by: 'hal' });
    await expect.poll(phase(caseId)).toBe('cancelled');
  });

  it('refuses a protected person, a stranger, and whoever may not ask', async () => {
    const ask = (subjectId: string, requesterId: string) =>
      world.engine.open({ subjectId, requesterId, trigger: { kind: 'command', source: 'U1' } });

    expect(await ask('mara', 'hal')).toMatchObject({ done: false, code: 'protected' });
    expect(await ask('nobody', 'hal')).toMatchObject({ done: false, code: 'unknownPerson' });
    expect(await ask('dana', 'mara')).toMatchObject({ done: false, code: 'notAllowed' });
  });
});
