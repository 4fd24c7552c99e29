import { describe, expect, it } from 'vitest';
import { additions } from '#engine/plan.ts';
import { resume } from '#engine/resume.ts';
import { fullPlan, look, planFor, start, tellCase, terms } from './case-scenes.ts';

describe('a case', () => {
  it('acts only after a person approved', () => {
    const offboarding = tellCase().planned(fullPlan('okta'));

    expect(offboarding.commands.map(({ kind }) => kind)).not.toContain('act');
    expect(offboarding.notices()).toEqual(['approvalAsked']);

    offboarding.approve();
    expect(offboarding.commands).toContainEqual({
      kind: 'act',
      wave: offboarding.state.epoch,
      stepIds: ['okta:u1:revokeSessions', 'okta:u1:revokeTokens', 'okta:u1:suspend'],
      verifyPlan: true,
    });
  });

  it('contains, then removes, then rests until the retention is over, then asks before it deletes', () => {
    const offboarding = tellCase().planned(fullPlan('okta')).approve();
    expect(offboarding.state.phase).toBe('containing');

    offboarding.finish();
    expect(offboarding.state.phase).toBe('removing');
    expect(offboarding.notices()).toContain('suspended');

    offboarding.finish();
    expect(offboarding.state).toMatchObject({ phase: 'retained', deleteAt: '2026-02-04T09:00:00.000Z' });

    offboarding.later(30 * 86_400_000);
    offboarding.tell({ kind: 'timer', timer: { name: 'retention', deleteAt: '2026-02-04T09:00:00.000Z' } });
    expect(offboarding.state.phase).toBe('awaitingDeletion');
    expect(offboarding.commands.map(({ kind }) => kind)).not.toContain('act');

    offboarding.approve().finish();
    expect(offboarding.state.phase).toBe('deleting');
    expect(offboarding.lookedAgain().state.phase).toBe('done');
  });

  it('asks anew instead of closing when the last look shows an account that was not there before', () => {
    const offboarding = tellCase()
      .planned(planFor({ okta: ['suspend'] }))
      .approve()
      .finish();

    offboarding.lookedAgain(planFor({ okta: ['suspend'], github: ['suspend'] }));

    expect(offboarding.state.phase).toBe('awaitingApproval');
    expect(offboarding.notices()).toEqual(['planChanged', 'approvalAsked']);
  });

  it('makes the plan anew before it acts also where there is nothing to contain', () => {
    const offboarding = tellCase()
      .planned(planFor({ github: ['removeEntitlements'] }))
      .approve();

    expect(offboarding.state.phase).toBe('removing');
    expect(offboarding.commands).toContainEqual(expect.objectContaining({ kind: 'act', verifyPlan: true }));
  });

  it('waits for as many different people as the policy asks', () => {
    const offboarding = tellCase({ needed: { contain: 2, delete: 2 } }).planned(fullPlan('okta'));
    const { id } = offboarding.state.approval!;

    offboarding.approve('sec');

    expect(offboarding.commands).toEqual([]);
    expect(offboarding.refused({ kind: 'decided', approvalId: id, verdict: 'approved', by: 'sec' })).toBe(
      'alreadyDecided',
    );
    expect(offboarding.approve('cto').state.phase).toBe('containing');
  });

  it('voids the approval when the plan made anew would do more, says what changed, and does nothing', () => {
    const offboarding = tellCase().planned(fullPlan('okta')).approve();
    const { id } = offboarding.state.approval!;
    const wave = offboarding.state.epoch;

    offboarding.tell({ kind: 'waveFinished', wave, results: {}, plan: fullPlan('okta', 'github') });

    expect(offboarding.state.phase).toBe('awaitingApproval');
    expect(offboarding.notices()).toEqual(['planChanged', 'approvalAsked']);
    expect(offboarding.state.planChanges[0]).toBe('github: delete of dana is new');
    expect(offboarding.commands.map(({ kind }) => kind)).not.toContain('act');
    expect(offboarding.refused({ kind: 'decided', approvalId: id, verdict: 'approved', by: 'cto' })).toBe('outdated');
  });

  it('goes on with the other steps when one fails, and never closes as done over it', () => {
    const offboarding = tellCase()
      .planned(planFor({ okta: ['suspend'], github: ['suspend'] }))
      .approve();
    const { epoch: wave } = offboarding.state;
    const seen = { before: look(), after: look({ status: 'suspended' }) };

    offboarding.tell({
      kind: 'waveFinished',
      wave,
      results: {
        'okta:u1:suspend': { outcome: 'changed', ...seen },
        'github:u1:suspend': { outcome: 'unproven', before: look(), after: look() },
      },
    });

    expect(offboarding.state.phase).toBe('removing');
    expect(offboarding.notices()).toEqual(['needsPerson']);
    offboarding.tell({ kind: 'tryAgain', stepId: 'github:u1:suspend', by: 'it' }).finish('unchanged').lookedAgain();
    expect(offboarding.state.phase).toBe('done');
    // A later look that finds the goal is the proof of what the first attempt did: undo must know that it was us.
    expect(offboarding.state.steps['github:u1:suspend']?.status).toBe('changed');
  });

  it('tries an unreachable target system again with growing delays, then hands the step to a person', () => {
    const offboarding = tellCase()
      .planned(planFor({ okta: ['suspend'] }))
      .approve();
    const delays: number[] = [];

    for (let attempt = 0; attempt < 2; attempt++) {
      offboarding.finish('unavailable');
      const timer = offboarding.commands.find((command) => command.kind === 'timer');
      if (timer?.kind !== 'timer') throw new Error('no retry is scheduled');
      delays.push(timer.delayMs);
      offboarding.tell({ kind: 'timer', timer: timer.timer });
    }
    offboarding.finish('unavailable');

    expect(delays).toEqual([1_000, 2_000]);
    expect(offboarding.state.steps['okta:u1:suspend']).toMatchObject({
      status: 'handedOver',
      because: 'Tried 3 times. because',
    });
    expect(offboarding.notices()).toEqual(['needsPerson']);
  });

  it("takes a person's word for a step whose wave still runs, and keeps what was there before", () => {
    const offboarding = tellCase()
      .planned(planFor({ badges: ['suspend'], okta: ['suspend'] }))
      .approve();
    const wave = offboarding.state.epoch;
    const ended = { outcome: 'handedOver' as const, because: 'Block the badge.', before: look() };

    offboarding.tell({ kind: 'attested', stepId: 'badges:u1:suspend', by: 'ivo', note: 'blocked', ended });

    expect(offboarding.state.steps['badges:u1:suspend']).toMatchObject({
      status: 'attested',
      by: 'ivo',
      before: look(),
    });
    offboarding.tell({
      kind: 'waveFinished',
      wave,
      results: {
        'badges:u1:suspend': ended,
        'okta:u1:suspend': { outcome: 'changed', before: look(), after: look({ status: 'suspended' }) },
      },
    });
    expect(offboarding.state.steps['badges:u1:suspend']?.status).toBe('attested');
  });

  it('waits as long as the target system asks', () => {
    const offboarding = tellCase()
      .planned(planFor({ okta: ['suspend'] }))
      .approve();
    const { epoch: wave } = offboarding.state;

    offboarding.tell({
      kind: 'waveFinished',
      wave,
      results: { 'okta:u1:suspend': { outcome: 'unavailable', because: 'throttled', retryAfterMs: 42_000 } },
    });

    expect(offboarding.commands).toContainEqual(expect.objectContaining({ kind: 'timer', delayMs: 42_000 }));
  });

  it('does not delete an account whose suspension is not proven', () => {
    const offboarding = tellCase()
      .planned(planFor({ okta: ['suspend', 'delete'], scim: ['suspend', 'delete'] }))
      .approve();
    const { epoch: wave } = offboarding.state;
    offboarding.tell({
      kind: 'waveFinished',
      wave,
      results: {
        'okta:u1:suspend': { outcome: 'changed', before: look(), after: look({ status: 'suspended' }) },
        'scim:u1:suspend': { outcome: 'unproven', before: look(), after: look() },
      },
    });
    offboarding.tell({ kind: 'timer', timer: { name: 'retention', deleteAt: offboarding.state.deleteAt! } });

    offboarding.approve();

    expect(offboarding.commands).toContainEqual(expect.objectContaining({ kind: 'act', stepIds: ['okta:u1:delete'] }));
    expect(offboarding.state.steps['scim:u1:delete']).toMatchObject({ status: 'handedOver' });
    offboarding.finish();
    expect(offboarding.state.phase).toBe('deleting');
  });

  it('gives back what it changed and leaves alone what was so before', () => {
    const offboarding = tellCase().planned(fullPlan('okta', 'scim')).approve();
    const { epoch: wave } = offboarding.state;
    const steps = Object.keys(offboarding.state.steps).filter((id) => offboarding.state.steps[id]?.waveNumber === wave);
    const results = Object.fromEntries(
      steps.map((id) => [
        id,
        id.startsWith('scim')
          ? {
              outcome: 'unchanged' as const,
              before: look({ status: 'suspended' }),
              after: look({ status: 'suspended' }),
            }
          : { outcome: 'changed' as const, before: look(), after: look({ status: 'suspended' }) },
      ]),
    );
    offboarding.tell({ kind: 'waveFinished', wave, results }).finish();

    offboarding.tell({ kind: 'undone', by: 'sec' });

    expect(offboarding.state.undoSteps.map(({ id }) => id)).toEqual([
      'okta:u1:restoreEntitlements',
      'okta:u1:unsuspend',
      'scim:u1:restoreEntitlements',
    ]);
    offboarding.finish();
    expect(offboarding.state.phase).toBe('restored');
  });

  it('undoes while a wave runs only after the calls on the wire have landed', () => {
    const offboarding = tellCase().planned(fullPlan('okta')).approve();
    const act = offboarding.commands.find((command) => command.kind === 'act');
    if (act?.kind !== 'act') throw new Error('no wave was started');

    offboarding.tell({ kind: 'cancelled', by: 'sec' });
    expect(offboarding.state.phase).toBe('cancelling');
    expect(offboarding.commands.map(({ kind }) => kind)).not.toContain('act');

    offboarding.tell({
      kind: 'waveFinished',
      wave: act.wave,
      results: {
        'okta:u1:suspend': { outcome: 'changed', before: look(), after: look({ status: 'suspended' }) },
        'okta:u1:revokeSessions': { outcome: 'skipped' },
        'okta:u1:revokeTokens': { outcome: 'skipped' },
      },
    });
    expect(offboarding.commands).toContainEqual(
      expect.objectContaining({ kind: 'act', stepIds: ['okta:u1:unsuspend'] }),
    );
    offboarding.finish();
    expect(offboarding.state.phase).toBe('cancelled');
  });

  it('does nothing when nobody answers in time', () => {
    const offboarding = tellCase().planned(fullPlan('okta'));
    const { id } = offboarding.state.approval!;

    offboarding.later(3_600_000);
    expect(offboarding.refused({ kind: 'decided', approvalId: id, verdict: 'approved', by: 'sec' })).toBe('outdated');
    offboarding.tell({ kind: 'timer', timer: { name: 'expiry', approvalId: id } });

    expect(offboarding.state.phase).toBe('expired');
    expect(offboarding.notices()).toEqual(['expired']);
  });

  it('keeps what is suspended when deletion is refused', () => {
    const offboarding = tellCase().planned(fullPlan('okta')).approve().finish().finish();
    offboarding.tell({ kind: 'timer', timer: { name: 'retention', deleteAt: offboarding.state.deleteAt! } });

    offboarding.tell({ kind: 'decided', approvalId: offboarding.state.approval!.id, verdict: 'rejected', by: 'sec' });

    expect(offboarding.state.phase).toBe('kept');
  });

  it('asks an unreachable target system again and then asks people about the accounts it shows', () => {
    const offboarding = tellCase()
      .planned(planFor({ okta: ['suspend'] }, look(), ['github']))
      .approve()
      .finish();
    expect(offboarding.state.phase).toBe('removing');

    offboarding.tell({ kind: 'timer', timer: { name: 'lookAgain', lookups: 0 } });
    offboarding.tell({
      kind: 'planned',
      wave: offboarding.state.lookWave!,
      plan: planFor({ okta: ['suspend'], github: ['suspend'] }),
    });

    expect(offboarding.state.phase).toBe('awaitingApproval');
    expect(offboarding.state.steps['okta:u1:suspend']?.status).toBe('changed');
    offboarding.approve('cto').finish().lookedAgain();
    expect(offboarding.state.phase).toBe('done');
  });

  it('is held by the breaker until its batch is let go', () => {
    const offboarding = tellCase();
    offboarding.tell({ kind: 'opened' });
    offboarding.tell({
      kind: 'planned',
      wave: 1,
      plan: fullPlan('okta'),
      held: { because: '11 people', batchId: 'b1' },
    });
    expect(offboarding.state.phase).toBe('held');

    expect(offboarding.refused({ kind: 'released', batchId: 'b2' })).toBe('notNow');
    offboarding.tell({ kind: 'released', batchId: 'b1' });

    expect(offboarding.state.phase).toBe('awaitingApproval');
  });

  it('takes a stale wave, a stale timer and a second opening as nothing', () => {
    const offboarding = tellCase().planned(fullPlan('okta')).approve();

    expect(offboarding.refused({ kind: 'opened' })).toBe('notNow');
    expect(offboarding.refused({ kind: 'waveFinished', wave: 1, results: {} })).toBe('notNow');
    expect(offboarding.refused({ kind: 'timer', timer: { name: 'retention', deleteAt: start } })).toBe('notNow');
    expect(offboarding.refused({ kind: 'timer', timer: { name: 'expiry', approvalId: 'a0' } })).toBe('notNow');
  });
});

describe('a plan', () => {
  it('has the same hash whatever order the accounts were found in, and another when one more thing would go', () => {
    const one = planFor({ okta: ['suspend'], github: ['suspend'] });
    const two = planFor({ github: ['suspend'], okta: ['suspend'] });
    const more = planFor({ okta: ['suspend'], github: ['suspend', 'delete'] });

    expect(two.hash).toBe(one.hash);
    expect(more.hash).not.toBe(one.hash);
  });

  it('is held to what it takes away: one more group voids it, one less does not', () => {
    const group = (id: string) => ({ id, name: id });
    const approved = planFor({ okta: ['removeEntitlements'] }, look({ entitlements: [group('a'), group('b')] }));

    const more = planFor(
      { okta: ['removeEntitlements'] },
      look({ entitlements: [group('a'), group('b'), group('c')] }),
    );
    const less = planFor({ okta: ['removeEntitlements'] }, look({ entitlements: [group('a')] }));

    expect(additions(approved, more).map(({ what }) => what)).toEqual([
      'okta: removeEntitlements of dana would also take away c',
    ]);
    expect(additions(approved, less)).toEqual([]);
  });
});

describe('an engine that lost its disk', () => {
  it('gets the expiry of an open approval back with the time that is left', () => {
    const { state } = tellCase().planned(fullPlan('okta'));

    const commands = resume(state, '2026-01-05T09:30:00.000Z', terms);

    expect(commands).toContainEqual({ kind: 'timer', timer: { name: 'expiry', approvalId: 'a2' }, delayMs: 1_800_000 });
  });

  it('gets the running wave back', () => {
    const { state } = tellCase()
      .planned(planFor({ okta: ['suspend'] }))
      .approve();

    expect(resume(state, start, terms)).toContainEqual({
      kind: 'act',
      wave: 3,
      stepIds: ['okta:u1:suspend'],
      verifyPlan: true,
    });
  });
});
