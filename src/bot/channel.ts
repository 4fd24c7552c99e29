import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { BotSettings } from './settings.ts';

const Channel = z.object({
  id: z.string().min(1),
  name: z.string().optional(),
  is_private: z.boolean().default(false),
  is_member: z.boolean().default(false),
  is_archived: z.boolean().default(false),
  is_ext_shared: z.boolean().default(false),
});
type Channel = z.output<typeof Channel>;

const mostPages = 50;

/**
 * The id of the channel where cases are announced, once it is found to be fit: private, of this company alone, with the
 * bot in it. Throws in words otherwise: a leaver's case is never announced where everybody can read it.
 */
export async function findChannel(slack: WebClient, { channel }: Pick<BotSettings, 'channel'>): Promise<string> {
  const found = channel.startsWith('#') ? await byName(slack, channel.slice(1)) : await byId(slack, channel);
  const unfit = found ? whyUnfit(found) : 'is not there, or the bot is not in it';
  if (found && !unfit) return found.id;
  throw new Error(
    `bot: channel: ${channel} ${unfit}. Nothing was started. Name a private channel in slack.channel and invite the bot with /invite.`,
  );
}

function whyUnfit(channel: Channel): string | undefined {
  if (!channel.is_private) return 'is public, so everybody could read who leaves';
  if (channel.is_ext_shared) return 'is shared with another company';
  if (channel.is_archived) return 'is archived';
  return channel.is_member ? undefined : 'does not have the bot in it';
}

async function byId(slack: WebClient, id: string): Promise<Channel | undefined> {
  const answer = await slack.conversations.info({ channel: id }).catch(asAbsent);
  return answer && Channel.parse(answer.channel);
}

async function byName(slack: WebClient, name: string): Promise<Channel | undefined> {
  let cursor = '';
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await slack.conversations.list({
      types: 'private_channel',
      exclude_archived: true,
      limit: 200,
      ...(cursor ? { cursor } : {}),
    });
    const channels = z.array(Channel).parse(answer.channels ?? []);
    const found = channels.find((channel) => channel.name === name);
    if (found) return found;
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (!cursor) return undefined;
  }
  return undefined;
}

/** The errors that mean: for the bot there is no such channel. */
const Absent = z.object({ data: z.object({ error: z.enum(['channel_not_found', 'missing_scope']) }) });

function asAbsent(error: unknown): undefined {
  if (Absent.safeParse(error).success) return undefined;
  throw error;
}

/** Everybody who reads a channel, by Slack user id (conversations.members). */
export async function membersOf(slack: WebClient, channel: string): Promise<ReadonlySet<string>> {
  const members = new Set<string>();
  let cursor = '';
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await slack.conversations.members({ channel, limit: 200, ...(cursor ? { cursor } : {}) });
    for (const id of answer.members ?? []) members.add(id);
    cursor = answer.response_metadata?.next_cursor ?? '';
    if (!cursor) break;
  }
  return members;
}
