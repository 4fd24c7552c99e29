import { z } from 'zod';
import { faultsOfBlocks, isJson, mostCharactersInBlocks, mostCharactersInText } from '../limits.ts';
import { SlackRefusal } from '../refusal.ts';
import { app, type Message } from '../records.ts';
import type { Workspace } from '../workspace.ts';
import { conversation, Flag, JsonArgument, read, shown, type Methods } from './method.ts';
import { teamUrl } from './people.ts';

const Content = { text: z.string().optional(), blocks: JsonArgument.optional() };
const Posted = z.object({
  channel: z.string().min(1),
  ...Content,
  thread_ts: z.string().optional(),
  reply_broadcast: Flag.optional(),
  metadata: JsonArgument.optional(),
  unfurl_links: Flag.optional(),
  unfurl_media: Flag.optional(),
});

/** chat.*, as docs.slack.dev/reference/methods describes them. */
export const chatMethods: Methods = {
  'chat.postMessage': (args, workspace) => {
    const input = read(Posted, args);
    const { id } = conversation(workspace, input.channel, { orMember: true });
    const content = judge(input);
    const message = workspace.post({
      channel: id,
      user: app.botUserId,
      ...content,
      ...inThread(workspace, id, input.thread_ts),
      ...(input.metadata === undefined ? {} : { metadata: judgeMetadata(input.metadata) }),
    });
    return { channel: id, ts: message.ts, message: shown(workspace, message) };
  },
  'chat.postEphemeral': (args, workspace) => {
    const input = read(z.object({ ...Posted.shape, user: z.string().min(1) }), args);
    const { id, channel, ownerId } = conversation(workspace, input.channel, { orMember: true });
    const reached = channel ? channel.members.includes(input.user) : ownerId === input.user;
    if (!reached) throw new SlackRefusal('user_not_in_channel');
    const thread = inThread(workspace, id, input.thread_ts);
    const message = workspace.post({
      channel: id,
      user: app.botUserId,
      visibleTo: input.user,
      ...judge(input),
      ...thread,
    });
    return { message_ts: message.ts };
  },
  'chat.update': (args, workspace) => {
    const input = read(
      z.object({ channel: z.string().min(1), ts: z.string().min(1), ...Content, metadata: JsonArgument.optional() }),
      args,
    );
    // Unlike posting, changing wants the conversation's own id: `U…` is not one.
    const message = own(workspace, input.channel, input.ts, 'cant_update_message');
    const content = judge(input, message);
    const metadata = input.metadata === undefined ? {} : { metadata: judgeMetadata(input.metadata) };
    const edited = workspace.edit(message, { ...content, ...metadata });
    return { channel: edited.channel, ts: edited.ts, text: edited.text, message: shown(workspace, edited) };
  },
  'chat.delete': (args, workspace) => {
    const { channel, ts } = read(z.object({ channel: z.string().min(1), ts: z.string().min(1) }), args);
    workspace.remove(own(workspace, channel, ts, 'cant_delete_message'));
    return { channel, ts };
  },
  'chat.getPermalink': (args, workspace) => {
    const { channel, message_ts: ts } = read(
      z.object({ channel: z.string().min(1), message_ts: z.string().min(1) }),
      args,
    );
    const { id } = conversation(workspace, channel);
    const message = workspace.message(id, ts);
    if (!message || message.visibleTo) throw new SlackRefusal('message_not_found');
    return { channel: id, permalink: `${teamUrl(workspace.team.domain)}archives/${id}/p${ts.replace('.', '')}` };
  },
};

/** Text and blocks as they will be kept; refuses what Slack refuses. `old` is the message that is changed. */
export function judge(input: { text?: string | undefined; blocks?: unknown }, old?: Message) {
  const { text, blocks } = input;
  if (!text && blocks === undefined) throw new SlackRefusal('no_text');
  if (text && text.length > mostCharactersInText) throw new SlackRefusal('msg_too_long');
  if (blocks === undefined) return { text: text ?? '' };

  const faults = faultsOfBlocks(blocks, 'message');
  if (faults.length > 0)
    throw new SlackRefusal(Array.isArray(blocks) ? 'invalid_blocks' : 'invalid_blocks_format', faults);
  if (JSON.stringify(blocks).length > mostCharactersInBlocks) throw new SlackRefusal('msg_blocks_too_long');
  const judged = Array.isArray(blocks) ? blocks.filter(isJson) : [];
  if (judged.length === 0 && !text && !old) throw new SlackRefusal('no_text');
  return { text: text ?? old?.text ?? '', blocks: judged };
}

function judgeMetadata(metadata: unknown): unknown {
  const Metadata = z.strictObject({ event_type: z.string().min(1), event_payload: z.record(z.string(), z.unknown()) });
  const parsed = Metadata.safeParse(metadata);
  if (!parsed.success) throw new SlackRefusal('invalid_metadata_format');
  return parsed.data;
}

function own(workspace: Workspace, channel: string, ts: string, otherwise: string): Message {
  const { id } = conversation(workspace, channel);
  const message = workspace.message(id, ts);
  // An ephemeral message can only be changed through its response_url.
  if (!message || message.visibleTo) throw new SlackRefusal('message_not_found');
  if (message.user !== app.botUserId) throw new SlackRefusal(otherwise);
  return message;
}

function inThread(workspace: Workspace, channel: string, ts: string | undefined): { threadTs?: string } {
  if (ts === undefined) return {};
  const parent = workspace.message(channel, ts);
  if (!parent || parent.visibleTo) throw new SlackRefusal('thread_not_found');
  // A reply to a reply belongs to the same thread.
  return { threadTs: parent.threadTs ?? parent.ts };
}
