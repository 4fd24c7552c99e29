import type { Account, Holding, Observation } from '#model/account.ts';
import type { Act, ActInput, Connector } from './connector.ts';

/** An account of a target system that exists only in memory. */
export interface MemoryAccount {
  readonly id: string;
  readonly handle: string;
  readonly email: string;
  status: 'active' | 'suspended';
  sessions: number;
  tokens: Holding[];
  entitlements: Holding[];
}

/** A target system in a Map: for tests, and the first connector to read. No settings can name it. */
export function memory(id: string, accounts: Map<string, MemoryAccount>): Connector {
  /** An act on what is gone does nothing: gone is further than any goal. */
  const onAccount =
    (change: (account: MemoryAccount, input: ActInput) => void): Act =>
    async (input) => {
      input.signal.throwIfAborted();
      const account = accounts.get(input.account.id);
      if (account) change(account, input);
    };

  return {
    id,
    name: 'Memory',
    check: async (signal) => signal.throwIfAborted(),
    async *findAccounts(identity, signal): AsyncGenerator<Account> {
      for (const account of accounts.values()) {
        signal.throwIfAborted();
        const ours = [identity.email, ...identity.aliases].includes(account.email.toLowerCase());
        if (ours) yield { connector: id, id: account.id, handle: account.handle };
      }
    },
    observe: async (account, signal): Promise<Observation> => {
      signal.throwIfAborted();
      const at = new Date().toISOString();
      const there = accounts.get(account.id);
      if (!there) return { at, status: 'absent' };
      const { status, sessions, tokens, entitlements } = there;
      return { at, status, sessions, tokens: [...tokens], entitlements: [...entitlements] };
    },
    operations: {
      suspend: onAccount((account) => (account.status = 'suspended')),
      revokeSessions: onAccount((account) => (account.sessions = 0)),
      revokeTokens: onAccount((account) => (account.tokens = [])),
      removeEntitlements: onAccount((account) => (account.entitlements = [])),
      delete: onAccount((account) => accounts.delete(account.id)),
      unsuspend: onAccount((account) => (account.status = 'active')),
      restoreEntitlements: onAccount((account, { snapshot }) => {
        account.entitlements = [...(snapshot?.entitlements ?? account.entitlements)];
      }),
    },
  };
}
