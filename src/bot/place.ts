import type { WebClient } from '@slack/web-api';
import type { BatchView, CaseView, Engine, StepView } from '#engine/engine.ts';
import type { Identity } from '#model/identity.ts';
import { membersOf } from './channel.ts';
import { doerOf } from './owners.ts';
import type { SlackPeople } from './people.ts';

export interface PlaceDeps {
  readonly engine: Pick<Engine, 'identity' | 'byEmail' | 'case'>;
  readonly slack: WebClient;
  readonly people: SlackPeople;
  readonly channel: () => string;
  readonly now: () => number;
}

/** An approver who is in Slack. */
export interface Reader {
  readonly id: string;
  readonly userId: string;
}

/** Where a new card may stand: a channel's id, or the user id of a person for a direct message. */
export interface Places {
  /** The approval channel. */
  channel(): string;
  /**
   * The approval channel, unless the person who leaves reads it: then the direct messages of the first approver who is in
   * Slack. Nobody learns from a card that they are leaving.
   */
  ofCase(view: CaseView): Promise<string>;
  /** Whether the approval channel may show a batch: nobody whom it holds reads it. */
  mayShow(batch: BatchView): Promise<boolean>;
  /** Who gets a batch by direct message where the channel may not show it; never somebody whom it holds. */
  readersOf(batch: BatchView): Promise<readonly Reader[]>;
  /** The user id of whoever does a step by hand; `undefined` where nobody can be asked in Slack. */
  ofTask(view: CaseView, step: StepView): Promise<string | undefined>;
}

const membersForMs = 60_000;
const mostApprovers = 10;
/** So many cases of a batch are looked at for who asked for them: whoever did may not let it go. */
const mostCases = 20;

export function createPlaces(deps: PlaceDeps): Places {
  const { engine, slack, people, channel, now } = deps;
  let known: { members: ReadonlySet<string>; reads: Map<string, boolean>; until: number } | undefined;

  async function membership(): Promise<NonNullable<typeof known>> {
    if (!known || known.until <= now())
      known = { members: await membersOf(slack, channel()), reads: new Map(), until: now() + membersForMs };
    return known;
  }

  async function readsChannel(subject: Identity): Promise<boolean> {
    const { members, reads } = await membership();
    const before = reads.get(subject.id);
    if (before !== undefined) return before;
    const userId = await people.userIdOf(subject);
    const isIn = userId !== undefined && members.has(userId);
    reads.set(subject.id, isIn);
    return isIn;
  }

  /** The other way round for many people: Slack lets a bot look up some fifty addresses a minute. */
  async function anyReadsChannel(subjects: readonly Identity[]): Promise<boolean> {
    const { members } = await membership();
    if (subjects.length <= members.size) {
      for (const subject of subjects) if (await readsChannel(subject)) return true;
      return false;
    }
    const addresses = new Set(subjects.flatMap(({ email, aliases }) => [email, ...aliases]));
    for (const userId of members) {
      const address = (await people.member(userId))?.profile.email;
      if (address && addresses.has(address)) return true;
    }
    return false;
  }

  async function inSlack(ids: readonly string[]): Promise<readonly Reader[]> {
    const readers: Reader[] = [];
    for (const id of ids.slice(0, mostApprovers)) {
      const approver = await engine.identity(id);
      const userId = approver && (await people.userIdOf(approver));
      if (userId) readers.push({ id, userId });
    }
    return readers;
  }

  return {
    channel,
    async ofCase(view) {
      if (!(await readsChannel(view.subject))) return channel();
      const [first] = await inSlack(view.approverIds);
      if (first) return first.userId;
      throw new Error(
        'bot: card: the person reads the approval channel, and no approver is in Slack. Nothing was shown.',
      );
    },
    mayShow: async ({ subjects }) => !(await anyReadsChannel(subjects)),
    async readersOf({ caseIds, subjects }) {
      const views = await Promise.all(caseIds.slice(0, mostCases).map((id) => engine.case(id)));
      const held = new Set(subjects.map(({ id }) => id));
      const [first, ...others] = views.flatMap((view) => view ?? []);
      const may = (first?.approverIds ?? []).filter(
        (id) => !held.has(id) && others.every(({ approverIds }) => approverIds.includes(id)),
      );
      const readers = await inSlack(may);
      if (readers.length > 0) return readers;
      throw new Error(
        'bot: card: somebody whom the batch holds reads the approval channel, and no approver is in Slack. Nothing was shown.',
      );
    },
    async ofTask(view, step) {
      const doer = await doerOf(engine, view, step);
      const userId = doer && (await people.userIdOf(doer.identity));
      // Whatever the people source says of the two: the task never goes to the Slack account of the person who leaves.
      return userId && userId !== (await people.userIdOf(view.subject)) ? userId : undefined;
    },
  };
}
