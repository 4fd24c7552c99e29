import { z } from 'zod';
import type { Identity } from '#model/identity.ts';
import { Operation } from '#model/plan.ts';
import type { Connector, ConnectorDefinition } from './connector.ts';

const Address = z.email().toLowerCase();

const TaskSettings = z.strictObject({
  /** What people call the target system. */
  name: z.string().min(1).max(80),
  /** Who does it there. */
  owner: Address,
  /** Who has an account there. */
  people: z.union([z.literal('everyone'), z.array(Address).min(1)]),
  /** What to do, in words, for the owner. */
  howTo: z.string().min(1).max(1000),
  /** What the owner is asked for. */
  operations: z.array(Operation).min(1).default(['suspend', 'unsuspend']),
});

/**
 * A target system without an interface. It finds an account by the list in the settings and can neither look nor act: the
 * engine hands each operation to the owner, and a person's word is all the proof there will be.
 */
export const task: ConnectorDefinition<typeof TaskSettings> = {
  kind: 'task',
  settings: TaskSettings,
  connect: (id, settings): Connector => ({
    id,
    name: settings.name,
    // There is nothing to reach.
    check: async (signal) => signal.throwIfAborted(),
    async *findAccounts(identity, signal) {
      signal.throwIfAborted();
      if (settings.people === 'everyone' || isListed(settings.people, identity))
        yield { connector: id, id: identity.id, handle: identity.email };
    },
    // What the list says, and nothing else: tokens, sessions and rights are unknown.
    async observe(_account, signal) {
      signal.throwIfAborted();
      return { at: new Date().toISOString(), status: 'active' };
    },
    operations: {},
    byHand: { ownerEmail: settings.owner, howTo: settings.howTo, operations: settings.operations },
  }),
};

function isListed(people: readonly string[], { email, aliases }: Identity): boolean {
  return [email, ...aliases].some((address) => people.includes(address));
}
