import { Identity } from '#model/identity.ts';
import type { Records } from '#model/records.ts';
import type { Found } from './engine.ts';
import type { Connector } from './connectors/connector.ts';

/** The people of the company, as the people source last showed them. */
export interface People {
  find(text: string): Promise<Found>;
  byId(id: string): Promise<Identity | undefined>;
  byEmail(email: string): Promise<Identity | undefined>;
  count(): Promise<number>;
  all(): Promise<Identity[]>;
  /** Reads the people source anew. Somebody it no longer shows stays known: absence is never a termination. */
  refresh(source: Connector, signal: AbortSignal): Promise<number>;
}

/** How long the list of everybody is shown before it is read again, in milliseconds. */
const shownForMs = 5_000;

export function createPeople({ identities }: Pick<Records, 'identities'>): People {
  let everybody: Promise<Identity[]> | undefined;
  let readAt = 0;

  async function read(filter: Record<string, unknown>, limit: number): Promise<Identity[]> {
    const documents = await identities.find(filter).sort({ _id: 1 }).limit(limit).lean();
    return documents.map(({ _id: id, ...identity }) => Identity.parse({ id, ...identity }));
  }

  async function byEmail(email: string): Promise<Identity | undefined> {
    const address = email.trim().toLowerCase();
    const found = await read({ $or: [{ email: address }, { aliases: address }] }, 2);
    // Two people with one address: a doubt, so nobody.
    return found.length === 1 ? found[0] : undefined;
  }

  async function find(text: string): Promise<Found> {
    const wanted = folded(text);
    if (wanted === '') return { kind: 'none' };
    if (wanted.includes('@')) {
      const identity = await byEmail(wanted);
      return identity ? { kind: 'one', identity } : { kind: 'none' };
    }
    const people = await all();
    const exact = people.filter(({ id, displayName }) => folded(displayName) === wanted || id === text.trim());
    const found = exact.length > 0 ? exact : people.filter(({ displayName }) => words(displayName).has(wanted));
    if (found.length === 0) return { kind: 'none' };
    // A part of a name is a search, not an identification: it is shown to a person even when only one matches.
    return exact.length === 1 ? { kind: 'one', identity: exact[0]! } : { kind: 'many', identities: found.slice(0, 10) };
  }

  /** For showing and searching; whoever decides is read anew by their id. */
  function all(): Promise<Identity[]> {
    if (!everybody || performance.now() - readAt > shownForMs) {
      readAt = performance.now();
      everybody = read({}, 100_000);
      // A read that failed is not what everybody is; the next one asks again.
      everybody.catch(() => (everybody = undefined));
    }
    return everybody;
  }

  async function refresh(source: Connector, signal: AbortSignal): Promise<number> {
    if (!source.identities) throw new Error(`${source.id}: identities: this connector cannot be the people source`);
    let seen = 0;
    for await (const identity of source.identities(signal)) {
      const { id, ...rest } = Identity.parse(identity);
      await identities.replaceOne({ _id: id }, { _id: id, ...rest }, { upsert: true });
      seen++;
    }
    everybody = undefined;
    return seen;
  }

  return {
    find,
    byEmail,
    byId: async (id) => (await read({ _id: id }, 1))[0],
    count: () => identities.countDocuments({}),
    all,
    refresh,
  };
}

function folded(text: string): string {
  return text.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

function words(name: string): Set<string> {
  return new Set(folded(name).split(' '));
}
