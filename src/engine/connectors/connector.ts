import type { z } from 'zod';
import type { Account, Observation } from '#model/account.ts';
import type { Identity } from '#model/identity.ts';
import type { Operation } from '#model/plan.ts';
import type { OpenHttp } from '../http.ts';

export interface ActInput {
  readonly account: Account;
  /** What the account looked like before the first write; what a restore goes back to. */
  readonly snapshot?: Observation | undefined;
  readonly signal: AbortSignal;
}

/** Does one thing and returns nothing: only a later `observe` says whether it worked. Already done is silence. */
export type Act = (input: ActInput) => Promise<void>;

/** One target system. A connector looks and acts; the engine decides when, and proves that it worked. */
export interface Connector {
  /** As the settings name it; unique among the configured ones. */
  readonly id: string;
  /** What people call the target system. */
  readonly name: string;
  /** Proves the credentials and their scopes. Changes nothing. */
  check(signal: AbortSignal): Promise<void>;
  /**
   * The accounts that are proved to be of this identity; throws `Ambiguous` where there is a doubt.
   * Fetches a page only when the caller asks for more, so that a scan can stop and resume.
   */
  findAccounts(identity: Identity, signal: AbortSignal): AsyncIterable<Account>;
  observe(account: Account, signal: AbortSignal): Promise<Observation>;
  /** The operations that are present are the operations that the target system supports. */
  readonly operations: Readonly<Partial<Record<Operation, Act>>>;
  /** What an approver must know before an operation, one sentence each. */
  readonly notes?: Readonly<Partial<Record<Operation, string>>>;
  /** How long a read may lag behind an act before the act counts as unproven, in milliseconds. Default 5,000. */
  readonly settleMs?: number;
  /** A target system without an interface: the engine hands each of these operations to a person and waits. */
  readonly byHand?: {
    readonly ownerEmail: string;
    /** What to do, in words, for the person who does it. */
    readonly howTo: string;
    readonly operations: readonly Operation[];
  };
  /** The people of the company, where the target system is the company's people source. */
  identities?(signal: AbortSignal): AsyncIterable<Identity>;
}

export interface ConnectorDefinition<Settings extends z.ZodType = z.ZodType> {
  /** The word in exeunt.yaml. */
  readonly kind: string;
  readonly settings: Settings;
  /** `openHttp` is given, never made: a simulation gives one that only looks. `id` is the name in the settings. */
  connect(id: string, settings: z.output<Settings>, openHttp: OpenHttp): Connector;
}
