import { z } from 'zod';
import { SlackRefusal } from '../refusal.ts';
import { app, directId, type Channel, type Json, type Message } from '../records.ts';
import type { Workspace } from '../workspace.ts';

/** One method of the Web API. `origin` is where the double itself is reached. */
type Method = (args: Json, workspace: Workspace, origin: string) => Json;
export type Methods = Readonly<Record<string, Method>>;

/** Reads a method's arguments. Slack's word for what it cannot read is `invalid_arguments`. */
export function read<T extends z.ZodType>(schema: T, args: Json): z.output<T> {
  const parsed = schema.safeParse(args);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `[ERROR] ${message} [json-pointer:/${path.join('/')}]`);
  throw new SlackRefusal('invalid_arguments', lines);
}

/** An argument that is JSON in a form and itself in a JSON body. */
export const JsonArgument = z.preprocess((value, context) => {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    // Not rethrown: zod reports it with the argument's name.
    context.issues.push({ code: 'custom', message: 'must be valid JSON', input: value });
    return z.NEVER;
  }
}, z.unknown());
export const Flag = z.union([z.boolean(), z.stringbool()]);
export const Count = z.coerce.number().int().min(0).max(1000);

/** A page of a list; the cursor is the offset, hidden as Slack hides it. */
export function page<T>(all: readonly T[], args: { cursor?: string | undefined; limit?: number | undefined }) {
  const from = args.cursor ? Number(Buffer.from(args.cursor, 'base64').toString('utf8').replace('at:', '')) : 0;
  if (!Number.isInteger(from) || from < 0) throw new SlackRefusal('invalid_cursor');
  const until = from + (args.limit || 100);
  const next = until < all.length ? Buffer.from(`at:${until}`).toString('base64') : '';
  return { items: all.slice(from, until), response_metadata: { next_cursor: next } };
}

/** A conversation that the bot may use: a channel it is in, or somebody's direct conversation with it. */
export interface Conversation {
  readonly id: string;
  readonly channel: Channel | undefined;
  readonly ownerId: string | undefined;
}

/** Resolves a channel's or direct conversation's id; a member's id only where `orMember` is set, as in chat.postMessage. */
export function conversation(workspace: Workspace, id: string, { orMember = false } = {}): Conversation {
  const channel = workspace.channel(id);
  if (channel) {
    if (channel.members.includes(app.botUserId)) return { id, channel, ownerId: undefined };
    // A private channel does not exist for those who are not in it.
    throw new SlackRefusal(channel.isPrivate ? 'channel_not_found' : 'not_in_channel');
  }
  const owner = orMember && id.startsWith('U') ? workspace.member(id) : workspace.directOwner(id);
  if (!owner) throw new SlackRefusal('channel_not_found');
  if (owner.deleted) throw new SlackRefusal('is_inactive');
  return { id: directId(owner.id), channel: undefined, ownerId: owner.id };
}

/** A message as Slack's answers and payloads carry it. */
export function shown(workspace: Workspace, message: Message): Json {
  const files = message.fileIds?.map((id) => {
    const file = workspace.file(id);
    return { id, name: file?.name, title: file?.title ?? file?.name, size: file?.length };
  });
  return {
    type: 'message',
    user: message.user,
    bot_id: app.botId,
    app_id: app.id,
    team: workspace.team.id,
    ts: message.ts,
    text: message.text,
    ...(message.blocks ? { blocks: message.blocks } : {}),
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    ...(message.editedTs ? { edited: { user: message.user, ts: message.editedTs } } : {}),
    ...(message.metadata === undefined ? {} : { metadata: message.metadata }),
    ...(files ? { files } : {}),
  };
}
