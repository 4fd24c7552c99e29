import { describe, expect, it } from 'vitest';
import type { Observation } from '#model/account.ts';
import type { Operation, Step } from '#model/plan.ts';
import type { Connector } from '#engine/connectors/connector.ts';
import { Ambiguous, Refused, Unavailable } from '#engine/connectors/errors.ts';
import { bounded, perform } from '#engine/perform.ts';
import { account, look, start } from './case-scenes.ts';

/** A target system that shows these looks one after the other, the last one for ever, and acts as told. */
function connector(
  looks: readonly (Observation | Error)[],
  act: () => Promise<void> = async () => undefined,
  more: Partial<Connector> = {},
): Connector {
  const rest = [...looks];
  return {
    id: 'okta',
    name: 'Okta',
    check: async () => undefined,
    async *findAccounts() {},
    async observe() {
      const next = rest.length > 1 ? rest.shift() : rest[0];
      if (!next || next instanceof Error) throw next ?? new Error('nothing to show');
      return next;
    },
    operations: { suspend: act, revokeSessions: act },
    settleMs: 250,
    ...more,
  };
}

function step(operation: Operation = 'suspend'): Step {
  return {
    id: `okta:u1:${operation}`,
    wave: 'contain',
    account: account('okta'),
    operation,
    reversible: true,
    affects: [],
  };
}

function attempt(target: Connector, operation: Operation = 'suspend', heard: string[] = []) {
  return perform({
    connector: target,
    step: step(operation),
    since: start,
    signal: AbortSignal.timeout(10_000),
    acting: async () => void heard.push('acting'),
    unexpected: () => void heard.push('unexpected'),
  });
}

const active = look();
const suspended = look({ status: 'suspended' });

describe('a step', () => {
  it('is changed when the second look shows the goal', async () => {
    expect(await attempt(connector([active, suspended]))).toMatchObject({
      outcome: 'changed',
      before: active,
      after: suspended,
    });
  });

  it('does not act when the first look shows the goal', async () => {
    const heard: string[] = [];
    const act = async () => void heard.push('acted');

    expect(await attempt(connector([suspended], act), 'suspend', heard)).toMatchObject({ outcome: 'unchanged' });

    expect(heard).toEqual([]);
  });

  it('is unproven when the target system says yes and does nothing', async () => {
    const result = await attempt(connector([active]));

    expect(result).toMatchObject({ outcome: 'unproven', after: active });
    expect(result).toHaveProperty('because', expect.stringContaining('a fresh read does not show it'));
  });

  it('waits for a target system that shows its changes late', async () => {
    expect(await attempt(connector([active, active, active, suspended]))).toMatchObject({ outcome: 'changed' });
  });

  it('is unproven when the target system cannot show whether sessions ended', async () => {
    expect(await attempt(connector([suspended]), 'revokeSessions')).toMatchObject({ outcome: 'unproven' });
  });

  it('does not take sessions that ended before the case for sessions that the case ended', async () => {
    const before = look({ status: 'suspended', sessionsEndedAt: '2026-01-05T08:59:59.000Z' });
    const after = look({ status: 'suspended', sessionsEndedAt: '2026-01-05T09:00:01.000Z' });

    expect(await attempt(connector([before, after]), 'revokeSessions')).toMatchObject({ outcome: 'changed' });
  });

  it('has its act in the trail before the act can happen', async () => {
    const heard: string[] = [];
    await attempt(
      connector([active, suspended], async () => void heard.push('acted')),
      'suspend',
      heard,
    );

    expect(heard).toEqual(['acting', 'acted']);
  });

  it.each([
    [
      'cannot be reached',
      new Unavailable('okta: down', { retryAfterMs: 7_000 }),
      { outcome: 'unavailable', retryAfterMs: 7_000 },
    ],
    ['says no', new Refused('okta: no rights'), { outcome: 'handedOver', because: 'okta: no rights' }],
    ['shows somebody else', new Ambiguous('okta: two rows'), { outcome: 'handedOver', because: 'okta: two rows' }],
  ])('ends as such when the target system %s', async (_what, error, expected) => {
    const failing = async () => {
      throw error;
    };
    expect(await attempt(connector([active], failing))).toMatchObject({ ...expected, before: active });
    expect(await attempt(connector([error]))).toMatchObject(expected);
  });

  it('is handed to a person, and the log hears of it, when the connector has a defect', async () => {
    const heard: string[] = [];
    const defect = async () => {
      throw new TypeError('secret token in here');
    };

    const result = await attempt(connector([active], defect), 'suspend', heard);

    expect(result).toMatchObject({ outcome: 'handedOver' });
    expect(JSON.stringify(result)).not.toContain('secret');
    expect(heard).toEqual(['acting', 'unexpected']);
  });

  it('is not begun, and has no end, when its act cannot be written down', async () => {
    const heard: string[] = [];
    const full = new Error('the disk is full');
    const attempted = perform({
      connector: connector([active], async () => void heard.push('acted')),
      step: step(),
      since: start,
      signal: AbortSignal.timeout(10_000),
      acting: () => Promise.reject(full),
      unexpected: () => void heard.push('unexpected'),
    });

    await expect(attempted).rejects.toBe(full);
    expect(heard).toEqual([]);
  });

  it('is handed to a person where the target system has no such operation', async () => {
    expect(await attempt(connector([active]), 'delete')).toMatchObject({
      outcome: 'handedOver',
      because: expect.stringContaining('has no delete'),
    });
  });

  it('is handed to its owner where the target system has no interface', async () => {
    const byHand = { ownerEmail: 'it@acme.example', howTo: 'Block the badge.', operations: ['suspend' as const] };

    expect(await attempt(connector([active], undefined, { operations: {}, byHand }))).toMatchObject({
      outcome: 'handedOver',
      because: 'Block the badge.',
    });
  });
});

describe('a call with a limit', () => {
  const deaf = () => new Promise<never>(() => undefined);

  it('ends as unavailable where the callee does not obey its signal', async () => {
    await expect(bounded('okta', 'observe', new AbortController().signal, 20, deaf)).rejects.toThrow(Unavailable);
  });

  it('ends with the reason of the caller when the caller gives up first', async () => {
    const gone = new Error('the attempt is over');

    await expect(bounded('okta', 'observe', AbortSignal.abort(gone), 1_000, deaf)).rejects.toBe(gone);
  });
});
