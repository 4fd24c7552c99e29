/** A block or an element of Block Kit, already judged by the limits. */
export interface Json {
  readonly [key: string]: unknown;
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
}

export interface Member {
  /** Slack's id, `U…`. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly title?: string;
  /** Deactivated: stays in the list, can neither speak nor be spoken to. */
  readonly deleted?: boolean;
  /** A guest. */
  readonly isRestricted?: boolean;
}

export interface Channel {
  /** `C…`. */
  readonly id: string;
  /** Without `#`. */
  readonly name: string;
  readonly isPrivate: boolean;
  /** Ids of the members. The bot is one of them, unless `withoutBot`. */
  readonly members: readonly string[];
  readonly withoutBot?: boolean;
}

export interface Message {
  readonly channel: string;
  /** Seconds and microseconds, `1764038400.000100`; the message's id in its channel. */
  readonly ts: string;
  readonly user: string;
  readonly text: string;
  readonly blocks?: readonly Json[];
  readonly threadTs?: string;
  /** The only member who sees it, where it is an ephemeral one. */
  readonly visibleTo?: string;
  readonly editedTs?: string;
  readonly metadata?: unknown;
  readonly fileIds?: readonly string[];
}

/** A modal that somebody has open, or that lies under the open one. */
export interface View {
  readonly id: string;
  readonly userId: string;
  /** As the app gave it, with the block ids that Slack adds. */
  readonly view: Json;
  readonly hash: string;
  readonly rootId: string;
  readonly previousId?: string;
}

export interface Home {
  readonly userId: string;
  readonly id: string;
  readonly view: Json;
  readonly hash: string;
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly length: number;
  readonly title?: string;
  /** The bytes in base64, once they have arrived. */
  readonly content?: string;
  readonly shared: boolean;
}

/** The app as the workspace knows it. */
export const app = { id: 'A0EXEUNT01', botId: 'B0EXEUNT01', botUserId: 'U0EXEUNT01', name: 'exeunt' } as const;

/** What people type after `@`: the part of the address before its `@`. */
export function handleOf(member: Member): string {
  return member.email.split('@')[0] ?? member.id;
}

/** The direct conversation of a member with the bot. */
export function directId(userId: string): string {
  return `D${userId.slice(1)}`;
}
