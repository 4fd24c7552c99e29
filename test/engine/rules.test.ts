import { describe, expect, it } from 'vitest';
import { Policy } from '#model/policy.ts';
import { Operation } from '#model/plan.ts';
import { holds, limitOf } from '#engine/breaker.ts';
import { refuseDecision, refuseStart } from '#engine/policy.ts';
import { rules } from '#engine/stages.ts';
import { identity } from '../world/engine-world.ts';
import { look, start } from './case-scenes.ts';

const policy = Policy.parse({
  requesters: { departments: ['People'] },
  approvers: { departments: ['Security'], people: ['mara@acme.example'] },
  protected: ['cto@acme.example'],
});
const scene = { requesterId: 'hal', subjectId: 'dana', leaving: false };

describe('the policy', () => {
  it.each([
    ['the People team may ask', 'hal', 'dana', undefined],
    ['an approver may ask', 'sec', 'dana', undefined],
    ['others may not', 'dana', 'mara', 'notAllowed'],
    ['nobody may ask for themselves', 'hal', 'hal', 'subject'],
    ['nobody may ask for a protected identity', 'hal', 'cto', 'protected'],
  ])('says that %s', (_what, requester, subject, code) => {
    expect(refuseStart(policy, identity(requester), identity(subject))?.code).toBe(code);
  });

  it.each([
    ['an approver decides', 'sec', {}, undefined],
    ['a person named by address decides', 'mara', {}, undefined],
    ['the subject never decides', 'sec', { subjectId: 'sec' }, 'subject'],
    ['the requester never decides', 'sec', { requesterId: 'sec' }, 'ownRequest'],
    ['somebody who leaves does not decide', 'sec', { leaving: true }, 'notAllowed'],
    ['others do not decide', 'hal', { requesterId: 'x' }, 'notAllowed'],
  ])('says that %s', (_what, by, more, code) => {
    expect(refuseDecision(policy, identity(by), { ...scene, ...more })?.code).toBe(code);
  });
});

describe('the breaker', () => {
  const { breaker } = policy;

  it.each([
    [10, 100, undefined],
    [11, 100, '11 people within 30 minutes are more than the 10'],
    [11, 5_000, undefined],
    [50, 5_000, undefined],
    [51, 5_000, '51 people within 30 minutes are more than the 50'],
  ])('at %i leavers of %i people', (leavers, headCount, says) => {
    expect(holds(breaker, leavers, headCount)?.slice(0, says?.length ?? 0)).toBe(says);
  });

  it('takes the larger of the two numbers for normal', () => {
    expect([limitOf(breaker, 0), limitOf(breaker, 1_000), limitOf(breaker, 12_000)]).toEqual([10, 10, 120]);
  });
});

describe('the lifecycle', () => {
  const context = { since: start };

  it.each(Operation.options)('takes what it cannot see of %s for not done', (operation) => {
    const blind = look({ status: operation === 'unsuspend' ? 'suspended' : 'active' });
    const snapshot = look({ entitlements: [{ id: 'g', name: 'Group' }] });

    expect(rules[operation].done(blind, { ...context, snapshot })).toBe(false);
  });

  it.each(Operation.options)('has a way back from %s only through an operation that goes back', (operation) => {
    const { undo } = rules[operation];

    expect(undo === 'none' || rules[undo].wave === 'undo').toBe(true);
  });

  it('never calls a deletion reversible', () => {
    expect(rules.delete.undo).toBe('none');
  });
});
