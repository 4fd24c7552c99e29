import type { Account, Observation } from '#model/account.ts';
import type { Identity } from '#model/identity.ts';
import type { Unknown } from '#model/plan.ts';
import type { Connector } from './connectors/connector.ts';
import { isExpected } from './connectors/errors.ts';
import { bounded } from './perform.ts';
import type { FoundAccount } from './plan.ts';

export interface Survey {
  readonly found: readonly FoundAccount[];
  /** Target systems that could not say whose account is whose. Never silently left out. */
  readonly unknown: readonly Unknown[];
}

/** A connector may take this long to say what it has, in milliseconds. */
const lookLimitMs = 20_000;
/** No person has more accounts in one target system; more is a search that ignored its filter. */
const mostAccounts = 20;

/**
 * Asks every target system side by side which accounts are the subject's and what they look like now.
 * `known` are accounts of an earlier survey: they are read at once, without waiting for the search. `unexpected` hears of bugs.
 */
export async function survey(
  connectors: Iterable<Connector>,
  subject: Identity,
  known: readonly Account[],
  signal: AbortSignal,
  unexpected: (connectorId: string, error: unknown) => void,
): Promise<Survey> {
  const answers = await Promise.all(
    [...connectors].map((connector) =>
      ask(
        connector,
        subject,
        known.filter((account) => account.connector === connector.id),
        signal,
        unexpected,
      ),
    ),
  );
  return { found: answers.flatMap(({ found }) => found), unknown: answers.flatMap(({ unknown }) => unknown) };
}

async function ask(
  connector: Connector,
  subject: Identity,
  known: readonly Account[],
  signal: AbortSignal,
  unexpected: (connectorId: string, error: unknown) => void,
): Promise<Survey> {
  try {
    const found = await bounded(connector.id, 'findAccounts', signal, lookLimitMs, (limited) =>
      read(connector, subject, known, limited),
    );
    return { found, unknown: [] };
  } catch (error) {
    signal.throwIfAborted();
    // A bug in one connector must neither look like an absent account nor stop the others: it is an unknown too.
    if (!isExpected(error)) unexpected(connector.id, error);
    const because = isExpected(error)
      ? error.message
      : `${connector.id}: an unexpected error; see the log. It is asked again.`;
    return { found: [], unknown: [{ connector: connector.id, because: because.slice(0, 1000) }] };
  }
}

async function read(
  connector: Connector,
  subject: Identity,
  known: readonly Account[],
  signal: AbortSignal,
): Promise<FoundAccount[]> {
  const looks = new Map(known.map((account) => [account.id, connector.observe(account, signal)]));
  // A look that fails is awaited below; until then it must not count as an unhandled rejection.
  for (const look of looks.values()) look.catch(() => undefined);
  const accounts: Account[] = [];
  for await (const account of connector.findAccounts(subject, signal)) {
    accounts.push(account);
    if (accounts.length > mostAccounts)
      throw new Error(`${connector.id}: findAccounts: more than ${mostAccounts} accounts of one person`);
  }
  const seen: Promise<Observation>[] = accounts.map(
    (account) => looks.get(account.id) ?? connector.observe(account, signal),
  );
  return (await Promise.all(seen)).map((observation, index) => ({
    connector,
    account: accounts[index]!,
    seen: observation,
  }));
}
