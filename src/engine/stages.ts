import type { Observation } from '#model/account.ts';
import type { Operation, Wave } from '#model/plan.ts';

/** The life of an account, and of a case. */
export type Stage = 'active' | 'suspended' | 'deprovisioning' | 'archived' | 'deleted';

/** What a proof may be held against besides what is seen now. */
export interface ProofContext {
  /** When this case was allowed to act; sessions ended before that are not ended by us. ISO 8601. */
  readonly since: string;
  /** What the account looked like before the first write. */
  readonly snapshot?: Observation | undefined;
}

export interface Rule {
  readonly wave: Wave | 'undo';
  readonly from: readonly Stage[];
  readonly to: Stage;
  /** The operation that takes it back; `none` where there is nothing to give back or no way to. */
  readonly undo: Operation | 'none';
  /** Whether a look shows the goal. Unknown is not done. */
  done(seen: Observation, context: ProofContext): boolean;
}

const gone = (seen: Observation) => seen.status === 'absent';

/** The whole lifecycle of an account: what may happen when, whether it can be undone, and how it is proved. */
export const rules: Readonly<Record<Operation, Rule>> = {
  suspend: {
    wave: 'contain',
    from: ['active'],
    to: 'suspended',
    undo: 'unsuspend',
    done: (seen) => seen.status !== 'active',
  },
  revokeSessions: {
    wave: 'contain',
    from: ['active', 'suspended'],
    to: 'suspended',
    undo: 'none',
    done: (seen, { since }) =>
      gone(seen) ||
      seen.sessions === 0 ||
      (seen.sessionsEndedAt !== undefined && Date.parse(seen.sessionsEndedAt) >= Date.parse(since)),
  },
  revokeTokens: {
    wave: 'contain',
    from: ['active', 'suspended'],
    to: 'suspended',
    undo: 'none',
    done: (seen) => gone(seen) || seen.tokens?.length === 0,
  },
  removeEntitlements: {
    wave: 'remove',
    from: ['suspended', 'deprovisioning'],
    to: 'deprovisioning',
    undo: 'restoreEntitlements',
    done: (seen) => gone(seen) || seen.entitlements?.length === 0,
  },
  delete: {
    wave: 'delete',
    from: ['suspended', 'deprovisioning', 'archived'],
    to: 'deleted',
    undo: 'none',
    done: gone,
  },
  unsuspend: {
    wave: 'undo',
    from: ['suspended', 'deprovisioning'],
    to: 'active',
    undo: 'none',
    done: (seen) => seen.status === 'active',
  },
  restoreEntitlements: {
    wave: 'undo',
    from: ['suspended', 'deprovisioning'],
    to: 'active',
    undo: 'none',
    done: (seen, { snapshot }) =>
      (snapshot?.entitlements ?? []).every((held) => seen.entitlements?.some((now) => now.id === held.id)),
  },
};
