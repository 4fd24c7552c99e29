import { randomBytes, randomUUID } from 'node:crypto';
import type { Keep, Table } from '../company/keep.ts';
import {
  app,
  directId,
  type Channel,
  type Home,
  type Json,
  type Member,
  type Message,
  type StoredFile,
  type Team,
  type View,
} from './records.ts';
import { isJson, withIds } from './limits.ts';

export interface WorkspaceOptions {
  /** Any place with tables; a file where the state must survive the process. */
  readonly keep: Pick<Keep, 'table'>;
  readonly team: Team;
  readonly members: readonly Member[];
  readonly channels: readonly Channel[];
  readonly now: () => number;
}

/** Something that somebody may see has changed. `userId` is missing where it concerns a whole channel. */
export interface Change {
  readonly revision: number;
  readonly kind: 'message' | 'view' | 'home' | 'member';
  readonly channel?: string;
  readonly ts?: string;
  readonly userId?: string;
}

export type Workspace = ReturnType<typeof openWorkspace>;

/** The state of one Slack workspace. It judges nothing: the methods do that. */
export function openWorkspace({ keep, team, members, channels, now }: WorkspaceOptions) {
  const messages = cached(keep.table<Message>('slack.messages'), ({ channel, ts }) => `${channel}/${ts}`);
  const views = cached(keep.table<View>('slack.views'), ({ id }) => id);
  const homes = cached(keep.table<Home>('slack.homes'), ({ userId }) => userId);
  const files = cached(keep.table<StoredFile>('slack.files'), ({ id }) => id);
  const people = cached(keep.table<Member>('slack.members'), ({ id }) => id);
  for (const member of members) if (!people.get(member.id)) people.set(member);

  const rooms = new Map(channels.map((channel) => [channel.id, withBot(channel)]));
  const triggers = new Map<string, { userId: string; at: number; used: boolean; viewId?: string }>();
  const listeners = new Set<(change: Change) => void>();
  let revision = 0;
  let lastMicros = Math.max(0, ...messages.values().map(({ ts }) => Math.round(Number(ts) * 1_000_000)));

  function tell(change: Omit<Change, 'revision'>): void {
    revision += 1;
    for (const listener of listeners) listener({ ...change, revision });
  }
  function nextTs(): string {
    // Slack's ids of messages grow, also when two are written in one microsecond and after a restart.
    lastMicros = Math.max(now() * 1000, lastMicros + 1);
    return `${Math.floor(lastMicros / 1_000_000)}.${String(lastMicros % 1_000_000).padStart(6, '0')}`;
  }
  const shortId = () => randomBytes(4).toString('base64url').slice(0, 5);
  const nextHash = () => `${Math.floor(now() / 1000)}.${randomBytes(6).toString('base64url')}`;
  const named = (view: Json): Json => ({ ...view, blocks: withIds(blocksOf(view), shortId) });

  return {
    team,
    now,
    revision: () => revision,
    onChange(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    members: () => people.values(),
    member: (id: string) => people.get(id),
    /** Adds a member or changes one, such as into a deactivated one. */
    setMember(member: Member): void {
      people.set(member);
      tell({ kind: 'member', userId: member.id });
    },

    channels: () => [...rooms.values()],
    channel: (id: string) => rooms.get(id),
    /** Whose direct conversation with the bot this is. */
    directOwner: (id: string) => (id.startsWith('D') ? people.get(`U${id.slice(1)}`) : undefined),
    /** The conversations that a member has, the bot's last. */
    conversationsOf: (userId: string) => [
      ...[...rooms.values()].filter((channel) => channel.members.includes(userId)).map(({ id }) => id),
      directId(userId),
    ],

    message: (channel: string, ts: string) => messages.get(`${channel}/${ts}`),
    messagesIn: (channel: string) =>
      messages
        .values()
        .filter((message) => message.channel === channel)
        .sort(byTs),
    post(message: Omit<Message, 'ts'>): Message {
      const blocks = message.blocks && { blocks: withIds(message.blocks, shortId) };
      const posted: Message = { ...message, ...blocks, ts: nextTs() };
      messages.set(posted);
      tell({ kind: 'message', channel: posted.channel, ts: posted.ts, ...onlyFor(posted) });
      return posted;
    },
    edit(message: Message, change: Partial<Pick<Message, 'text' | 'blocks' | 'metadata'>>): Message {
      const blocks = change.blocks && { blocks: withIds(change.blocks, shortId) };
      const edited: Message = { ...message, ...change, ...blocks, editedTs: nextTs() };
      messages.set(edited);
      tell({ kind: 'message', channel: edited.channel, ts: edited.ts, ...onlyFor(edited) });
      return edited;
    },
    remove(message: Message): void {
      messages.delete(`${message.channel}/${message.ts}`);
      tell({ kind: 'message', channel: message.channel, ts: message.ts, ...onlyFor(message) });
    },

    /** Three seconds of right to open a view, once. */
    makeTrigger(userId: string, viewId?: string): string {
      const id = `${now()}.${randomBytes(8).toString('hex')}`;
      triggers.set(id, { userId, at: now(), used: false, ...(viewId ? { viewId } : {}) });
      for (const [old, { at }] of triggers) if (now() - at > 600_000) triggers.delete(old);
      return id;
    },
    trigger: (id: string) => triggers.get(id),

    view: (id: string) => views.get(id),
    views: () => views.values(),
    /** The modal that a member has before their eyes. */
    topView(userId: string): View | undefined {
      const own = views.values().filter((view) => view.userId === userId);
      return own.find(({ id }) => !own.some(({ previousId }) => previousId === id));
    },
    /** Opens a view on top of `previous`, or as the only one. */
    openView(userId: string, view: Json, previous?: View): View {
      if (!previous) for (const old of views.values()) if (old.userId === userId) views.delete(old.id);
      const id = `V0${randomUUID().replaceAll('-', '').slice(0, 9).toUpperCase()}`;
      const below = previous && { previousId: previous.id };
      const opened: View = {
        id,
        userId,
        view: named(view),
        hash: nextHash(),
        rootId: previous?.rootId ?? id,
        ...below,
      };
      views.set(opened);
      tell({ kind: 'view', userId });
      return opened;
    },
    changeView(old: View, view: Json): View {
      const changed: View = { ...old, view: named(view), hash: nextHash() };
      views.set(changed);
      tell({ kind: 'view', userId: old.userId });
      return changed;
    },
    /** Closes a view and, with `all`, the whole stack it belongs to. */
    closeView(view: View, { all = false } = {}): void {
      for (const other of views.values())
        if (other.id === view.id || (all && other.rootId === view.rootId)) views.delete(other.id);
      tell({ kind: 'view', userId: view.userId });
    },

    home: (userId: string) => homes.get(userId),
    publishHome(userId: string, view: Json): Home {
      const id = homes.get(userId)?.id ?? `V0HOME${userId.slice(1)}`;
      const home: Home = { userId, id, view: named(view), hash: nextHash() };
      homes.set(home);
      tell({ kind: 'home', userId });
      return home;
    },

    file: (id: string) => files.get(id),
    setFile: (file: StoredFile) => files.set(file),
    nextFileId: () => `F0${randomUUID().replaceAll('-', '').slice(0, 9).toUpperCase()}`,
  };
}

function withBot(channel: Channel): Channel {
  if (channel.withoutBot || channel.members.includes(app.botUserId)) return channel;
  return { ...channel, members: [...channel.members, app.botUserId] };
}

/** Whether a member sees the message at all. The bot's own conversations are seen by their owner only. */
export function sees(workspace: Workspace, userId: string, message: Message): boolean {
  if (message.visibleTo !== undefined && message.visibleTo !== userId) return false;
  return workspace.conversationsOf(userId).includes(message.channel);
}

export function blocksOf(view: Json): readonly Json[] {
  return Array.isArray(view['blocks']) ? view['blocks'].filter(isJson) : [];
}

const byTs = (one: Message, other: Message) => Number(one.ts) - Number(other.ts);
const onlyFor = ({ visibleTo }: Message) => (visibleTo === undefined ? {} : { userId: visibleTo });

/** Reads a table once and writes through: a reader never waits for the disk, a crash never loses what was answered. */
function cached<T>(table: Table<T>, idOf: (value: T) => string) {
  const rows = new Map([...table.values()].map((value) => [idOf(value), value]));
  return {
    get: (id: string) => rows.get(id),
    values: () => [...rows.values()],
    set(value: T): void {
      table.set(idOf(value), value);
      rows.set(idOf(value), value);
    },
    delete(id: string): void {
      table.delete(id);
      rows.delete(id);
    },
  };
}
