import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { Connector } from '#engine/connectors/connector.ts';
import { Unavailable } from '#engine/connectors/errors.ts';
import type { Dial } from '#local/company/dial.ts';
import type { Account, Observation } from '#model/account.ts';
import type { Identity } from '#model/identity.ts';
import type { Operation } from '#model/plan.ts';

/** A target system with a leaver and a stranger, both with an account that holds something of everything. */
export interface ContractWorld {
  readonly connector: Connector;
  readonly leaver: Identity;
  readonly stranger: Identity;
  /** Somebody without an account here. */
  readonly nobody: Identity;
  /** An account with an id as this system makes them, which never existed. */
  readonly never: Account;
  /** What no error may show. */
  readonly secrets: readonly string[];
  /** Where the target system is a double: its faults, and how long its throttling asks to wait, in milliseconds. */
  readonly faults?: { readonly dial: Dial; readonly throttleMs: number | undefined };
  /** Where lists come in pages: what a list over at least two of them shows, what is there, and the pages it took. */
  paged?(): Promise<{ readonly seen: readonly string[]; readonly there: readonly string[]; readonly pages: number }>;
  close(): Promise<void>;
}

export const limit = () => AbortSignal.timeout(15_000);

export function set(world: ContractWorld, fault: Partial<Dial>): void {
  Object.assign(world.faults?.dial ?? {}, fault);
}

export function found(world: ContractWorld, identity: Identity): Promise<Account[]> {
  return Array.fromAsync(world.connector.findAccounts(identity, limit()));
}

export async function only(world: ContractWorld, identity: Identity): Promise<Account> {
  const [account] = await found(world, identity);
  if (!account) throw new Error(`the world has no account of ${identity.displayName}`);
  return account;
}

export function look(world: ContractWorld, account: Account): Promise<Observation> {
  return world.connector.observe(account, limit());
}

export async function act(
  world: ContractWorld,
  operation: Operation,
  account: Account,
  snapshot: Observation,
): Promise<void> {
  await world.connector.operations[operation]?.({ account, snapshot, signal: limit() });
}

/** The leaver's account in a state from which the operation has something to do. */
export async function ready(world: ContractWorld, operation: Operation) {
  const account = await only(world, world.leaver);
  const snapshot = await look(world, account);
  if (operation === 'unsuspend') await act(world, 'suspend', account, snapshot);
  if (operation === 'restoreEntitlements') await act(world, 'removeEntitlements', account, snapshot);
  const theirs = await only(world, world.stranger);
  return { account, snapshot, stranger: { account: theirs, seen: await look(world, theirs) } };
}

/** The error of a call; it shows no secret wherever one looks. */
export async function failure(world: ContractWorld, call: () => Promise<unknown>): Promise<unknown> {
  const error = await call().then(
    () => undefined,
    (error: unknown) => error,
  );
  const shown = inspect(error, { depth: 12, showHidden: true }) + String(error) + JSON.stringify(error);
  for (const hidden of world.secrets) expect(shown).not.toContain(hidden);
  return error;
}

export function expectDelay(world: ContractWorld, error: unknown): void {
  const asked = world.faults?.throttleMs;
  if (asked === undefined || !(error instanceof Unavailable)) return;
  expect(Math.abs((error.retryAfterMs ?? -100_000) - asked)).toBeLessThanOrEqual(2_000);
}

/** What must stay as it is: not the moments, and no order. */
export function lasting({ at: _at, sessionsEndedAt: _ended, ...seen }: Observation) {
  return { ...seen, tokens: sorted(seen.tokens), entitlements: sorted(seen.entitlements) };
}

export function sorted<T extends { id: string }>(held: readonly T[] | undefined): T[] | undefined {
  return held && [...held].sort((one, other) => one.id.localeCompare(other.id));
}
