import { z } from 'zod';

/** One identity's persistent record in one target system. `id` is the system's own immutable id, never an address. */
export const Account = z.object({
  connector: z.string().min(1).max(80),
  id: z.string().min(1).max(500),
  /** What people call the account: a login, a user name. For reading only; nothing is ever looked up by it. */
  handle: z.string().min(1).max(500),
});
export type Account = Readonly<z.output<typeof Account>>;

/** Something an account holds: a group, a team, a token, an OAuth grant. `id` is the target system's own. */
export const Holding = z.object({
  id: z.string().min(1).max(500),
  name: z.string().max(500),
  role: z.string().max(100).optional(),
});
export type Holding = Readonly<z.output<typeof Holding>>;

/**
 * What a target system shows of an account at one moment.
 * A field that is missing is something the system cannot show: unknown is not zero.
 */
export const Observation = z.object({
  /** When it was read, ISO 8601 in UTC. */
  at: z.iso.datetime(),
  status: z.enum(['active', 'suspended', 'absent']),
  /** Live sessions, where the system counts them. */
  sessions: z.number().int().nonnegative().optional(),
  /** Sessions begun before this moment are void, where the system shows only that. ISO 8601 in UTC. */
  sessionsEndedAt: z.iso.datetime().optional(),
  /** Tokens, keys and OAuth grants that work without a session. */
  tokens: z.array(Holding).optional(),
  /** Groups, teams, roles, seats. */
  entitlements: z.array(Holding).optional(),
});
export type Observation = Readonly<z.output<typeof Observation>>;
