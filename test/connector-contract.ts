import { beforeEach, describe, expect, it } from 'vitest';
import { Ambiguous, Refused, Unavailable } from '#engine/connectors/errors.ts';
import { rules } from '#engine/stages.ts';
import { Operation } from '#model/plan.ts';
import {
  act,
  expectDelay,
  failure,
  found,
  lasting,
  limit,
  look,
  only,
  ready,
  set,
  sorted,
} from './world/contract-world.ts';
import type { ContractWorld } from './world/contract-world.ts';

/** What every connector promises. Each test has a world of its own. */
export function connectorContract(name: string, makeWorld: () => Promise<ContractWorld>): void {
  describe(`${name} keeps the connector's contract`, async () => {
    const sample = await makeWorld();
    const supported = Operation.options.filter((operation) => sample.connector.operations[operation]);
    const has = { faults: sample.faults !== undefined, pages: sample.paged !== undefined };
    await sample.close();

    let world: ContractWorld;
    beforeEach(async () => {
      world = await makeWorld();
      return () => world.close();
    });

    it('passes its own check', async () => {
      await expect(world.connector.check(limit())).resolves.toBeUndefined();
    });

    it("finds the leaver's accounts, the stranger's for the stranger, and nobody's", async () => {
      const leavers = await found(world, world.leaver);
      const strangers = await found(world, world.stranger);

      expect(leavers).not.toEqual([]);
      expect(strangers).not.toEqual([]);
      expect(leavers.filter(({ id }) => strangers.some((stranger) => stranger.id === id))).toEqual([]);
      expect(await found(world, world.nobody)).toEqual([]);
      expect(new Set([...leavers, ...strangers].map(({ connector }) => connector))).toEqual(
        new Set([world.connector.id]),
      );
    });

    it('sees what never existed as absent', async () => {
      expect(await look(world, world.never)).toMatchObject({ status: 'absent' });
    });

    it.each(supported)('proves %s by a look, changes nothing the second time, and no stranger', async (operation) => {
      const { account, stranger, snapshot } = await ready(world, operation);
      const since = new Date().toISOString();
      expect(rules[operation].done(await look(world, account), { since, snapshot })).toBe(false);

      await act(world, operation, account, snapshot);
      const once = await look(world, account);
      await act(world, operation, account, snapshot);

      expect(rules[operation].done(once, { since, snapshot })).toBe(true);
      expect(lasting(await look(world, account))).toEqual(lasting(once));
      expect(lasting(await look(world, stranger.account))).toEqual(lasting(stranger.seen));
    });

    it('gives back what the snapshot holds', async (test) => {
      const both = [
        ['suspend', 'unsuspend'],
        ['removeEntitlements', 'restoreEntitlements'],
      ] as const;
      const pairs = both.filter((pair) => pair.every((operation) => supported.includes(operation)));
      if (pairs.length === 0) test.skip(`${name} takes nothing away that it could give back`);
      const account = await only(world, world.leaver);
      const before = await look(world, account);

      for (const [takes] of pairs) await act(world, takes, account, before);
      for (const [, gives] of pairs) await act(world, gives, account, before);

      const after = await look(world, account);
      expect(after.status).toBe(before.status);
      expect(sorted(after.entitlements)).toEqual(sorted(before.entitlements));
    });

    it('does nothing once its caller has given up', async () => {
      const account = await only(world, world.leaver);
      const before = await look(world, account);
      const reason = new Error('given up');
      const signal = AbortSignal.abort(reason);

      const calls = [
        world.connector.check(signal),
        Array.fromAsync(world.connector.findAccounts(world.leaver, signal)),
        world.connector.observe(account, signal),
        ...supported.map(async (operation) =>
          world.connector.operations[operation]?.({ account, snapshot: before, signal }),
        ),
      ];

      const results = await Promise.allSettled(calls);
      expect(results).toEqual(results.map(() => ({ status: 'rejected', reason })));
      expect(lasting(await look(world, account))).toEqual(lasting(before));
    });

    if (has.pages) seesPages(() => world);
    if (has.faults) whenItFails(supported, () => world);
  });
}

function seesPages(world: () => ContractWorld): void {
  it('sees more than one page', async () => {
    const list = await world().paged?.();

    expect(list?.pages).toBeGreaterThanOrEqual(2);
    expect([...(list?.seen ?? [])].sort()).toEqual([...(list?.there ?? ['something'])].sort());
  });
}

function whenItFails(supported: readonly Operation[], world: () => ContractWorld): void {
  describe('when the target system fails', () => {
    const [gentlest = 'suspend'] = supported;

    it.each([{ ignoreFilter: true }, { wrongRow: true }])('takes no stranger for the leaver: %o', async (fault) => {
      const [account, stranger] = [await only(world(), world().leaver), await only(world(), world().stranger)];
      set(world(), fault);

      for (const asked of [world().leaver, world().nobody]) {
        const answer = await found(world(), asked).catch((error: unknown) => error);
        if (answer instanceof Ambiguous) continue;
        expect(answer).toEqual(asked === world().leaver ? [account] : []);
        expect(answer).not.toContainEqual(stranger);
      }
    });

    it.each([
      { fault: { throttle: 1 }, kind: Unavailable },
      { fault: { errorBefore: 1 }, kind: Unavailable },
      { fault: { forbidden: true }, kind: Refused },
      { fault: { down: true }, kind: Unavailable },
    ])('says of a look what is the matter: $fault', async ({ fault, kind }) => {
      const account = await only(world(), world().leaver);

      for (const call of [
        () => look(world(), account),
        () => found(world(), world().leaver),
        () => world().connector.check(limit()),
      ]) {
        set(world(), fault);
        const error = await failure(world(), call);
        expect(error).toBeInstanceOf(kind);
        if ('throttle' in fault) expectDelay(world(), error);
      }
    });

    it.each([
      { fault: { throttle: 1 }, kind: Unavailable },
      { fault: { errorBefore: 1 }, kind: Unavailable },
      { fault: { forbidden: true }, kind: Refused },
    ])('says of an act what is the matter, and has done nothing: $fault', async ({ fault, kind }) => {
      const { account, snapshot } = await ready(world(), gentlest);
      const before = await look(world(), account);
      set(world(), { ...fault, reach: 'acts' });

      const error = await failure(world(), () => act(world(), gentlest, account, snapshot));

      expect(error).toBeInstanceOf(kind);
      if ('throttle' in fault) expectDelay(world(), error);
      set(world(), { forbidden: false });
      expect(lasting(await look(world(), account))).toEqual(lasting(before));
    });

    it.each(
      supported.flatMap((operation) => [
        { operation, fault: { lost: 1 } },
        { operation, fault: { errorAfter: 1 } },
      ]),
    )(
      'does not call $operation done when its answer is lost, and the next look shows the truth: $fault',
      async ({ operation, fault }) => {
        const { account, snapshot } = await ready(world(), operation);
        const since = new Date().toISOString();
        const before = await look(world(), account);
        set(world(), fault);

        const error = await failure(world(), () => act(world(), operation, account, snapshot));
        const after = await look(world(), account);
        await act(world(), operation, account, snapshot);

        expect(error).toBeInstanceOf(Unavailable);
        expect({ ...after, at: '' }).not.toEqual({ ...before, at: '' });
        expect(rules[operation].done(await look(world(), account), { since, snapshot })).toBe(true);
      },
    );

    it.each(supported)('is not deceived when %s is answered with success and not done', async (operation) => {
      const { account, snapshot } = await ready(world(), operation);
      const since = new Date().toISOString();
      set(world(), { lie: 100 });

      await act(world(), operation, account, snapshot);

      expect(rules[operation].done(await look(world(), account), { since, snapshot })).toBe(false);
    });

    // Shorter than a call may last by itself: whoever does not hear the caller hangs until then, and fails.
    it('stops waiting when its caller gives up', { timeout: 10_000 }, async () => {
      const account = await only(world(), world().leaver);
      set(world(), { slowMs: 120_000 });
      const stop = new AbortController();
      const reason = new Error('given up');

      const call = world()
        .connector.observe(account, stop.signal)
        .catch((error: unknown) => error);
      setTimeout(() => stop.abort(reason), 50);

      expect(await call).toBe(reason);
    });
  });
}
