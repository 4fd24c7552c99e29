import { z } from 'zod';
import { SlackRefusal } from '../refusal.ts';
import { app, directId, type Channel, type Json } from '../records.ts';
import type { Workspace } from '../workspace.ts';
import { conversation, Count, Flag, page, read, shown, type Methods } from './method.ts';

const Paged = { cursor: z.string().optional(), limit: Count.optional() };

/** conversations.*, as docs.slack.dev/reference/methods describes them, for one bot that reads no history but its threads. */
export const conversationMethods: Methods = {
  'conversations.info': (args, workspace) => {
    const { channel: id } = read(z.object({ channel: z.string().min(1) }), args);
    const channel = workspace.channel(id);
    if (channel && (!channel.isPrivate || channel.members.includes(app.botUserId)))
      return { channel: asChannel(channel) };
    const owner = workspace.directOwner(id);
    if (!owner) throw new SlackRefusal('channel_not_found');
    return { channel: { id, is_im: true, is_channel: false, is_private: true, user: owner.id, is_archived: false } };
  },
  'conversations.list': (args, workspace) => {
    const { types, ...paged } = read(
      z.object({ types: z.string().default('public_channel'), exclude_archived: Flag.optional(), ...Paged }),
      args,
    );
    const wanted = new Set(types.split(',').map((type) => type.trim()));
    const known = new Set(['public_channel', 'private_channel', 'mpim', 'im']);
    if ([...wanted].some((type) => !known.has(type))) throw new SlackRefusal('invalid_types');
    const visible = workspace
      .channels()
      .filter((channel) => wanted.has(channel.isPrivate ? 'private_channel' : 'public_channel'))
      .filter((channel) => !channel.isPrivate || channel.members.includes(app.botUserId));
    const { items, response_metadata } = page(visible.map(asChannel), paged);
    return { channels: items, response_metadata };
  },
  'conversations.members': (args, workspace) => {
    const { channel: id, ...paged } = read(z.object({ channel: z.string().min(1), ...Paged }), args);
    const { channel, ownerId } = whereBotReads(workspace, id);
    const members = channel ? channel.members : [ownerId ?? '', app.botUserId];
    const { items, response_metadata } = page(members, paged);
    return { members: items, response_metadata };
  },
  'conversations.open': (args, workspace) => {
    const { users, channel } = read(
      z.object({ users: z.string().optional(), channel: z.string().optional(), return_im: Flag.optional() }),
      args,
    );
    const asked = channel ? [workspace.directOwner(channel)?.id ?? ''] : (users ?? '').split(',').filter(Boolean);
    if (asked.length === 0) throw new SlackRefusal('users_list_not_supplied');
    // Direct conversations of several people exist in Slack; nobody here needs one.
    if (asked.length > 1)
      throw new SlackRefusal('not_enough_users', ['[ERROR] this double opens direct messages only']);
    const member = workspace.member(asked[0] ?? '');
    if (!member) throw new SlackRefusal(channel ? 'channel_not_found' : 'user_not_found');
    if (member.deleted) throw new SlackRefusal('user_disabled');
    return { no_op: true, already_open: true, channel: { id: directId(member.id), is_im: true, user: member.id } };
  },
  'conversations.replies': (args, workspace) => {
    const {
      channel: id,
      ts,
      ...paged
    } = read(z.object({ channel: z.string().min(1), ts: z.string().min(1), ...Paged }), args);
    const where = whereBotReads(workspace, id);
    const thread = workspace
      .messagesIn(where.id)
      .filter((message) => message.visibleTo === undefined && (message.ts === ts || message.threadTs === ts));
    if (thread.length === 0) throw new SlackRefusal('thread_not_found');
    const { items, response_metadata } = page(
      thread.map((message) => shown(workspace, message)),
      paged,
    );
    return { messages: items, has_more: response_metadata.next_cursor !== '', response_metadata };
  },
};

function whereBotReads(workspace: Workspace, id: string) {
  const channel = workspace.channel(id);
  // Members of a public channel may be read without being in it.
  return channel && !channel.isPrivate ? { id, channel, ownerId: undefined } : conversation(workspace, id);
}

function asChannel(channel: Channel): Json {
  return {
    id: channel.id,
    name: channel.name,
    is_channel: !channel.isPrivate,
    is_group: channel.isPrivate,
    is_im: false,
    is_mpim: false,
    is_private: channel.isPrivate,
    is_archived: false,
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    is_member: channel.members.includes(app.botUserId),
    num_members: channel.members.length,
  };
}
