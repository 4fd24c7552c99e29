import type { WebClient } from '@slack/web-api';
import type { CaseView, Engine } from '#engine/engine.ts';
import { membersOf } from './channel.ts';
import type { SlackPeople } from './people.ts';

export interface PlaceDeps {
  readonly engine: Pick<Engine, 'identity'>;
  readonly slack: WebClient;
  readonly people: SlackPeople;
  readonly channel: () => string;
  readonly now: () => number;
}

/** Where a new card may stand: a channel's id, or the user id of an approver for a direct message. */
export type PlaceFor = (view: CaseView) => Promise<string>;

const membersForMs = 60_000;
const mostApprovers = 10;

/**
 * The approval channel, unless the person who leaves reads it: then the direct messages of the first approver who is in
 * Slack. Nobody learns from a card that they are leaving.
 */
export function createPlace(deps: PlaceDeps): PlaceFor {
  const { engine, slack, people, channel, now } = deps;
  let known: { members: ReadonlySet<string>; until: number } | undefined;

  async function members(): Promise<ReadonlySet<string>> {
    if (!known || known.until <= now())
      known = { members: await membersOf(slack, channel()), until: now() + membersForMs };
    return known.members;
  }

  return async (view) => {
    const subject = await people.userIdOf(view.subject);
    if (!subject || !(await members()).has(subject)) return channel();
    for (const id of view.approverIds.slice(0, mostApprovers)) {
      const approver = await engine.identity(id);
      const userId = approver && (await people.userIdOf(approver));
      if (userId) return userId;
    }
    throw new Error(
      'bot: card: the person reads the approval channel, and no approver is in Slack. Nothing was shown.',
    );
  };
}
