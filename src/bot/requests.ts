import type { WebClient } from '@slack/web-api';
import type { Engine } from '#engine/engine.ts';
import type { Identity } from '#model/identity.ts';
import type { Cards } from './cards.ts';
import type { Command } from './commands/grammar.ts';
import type { Log } from './log.ts';
import type { SlackPeople } from './people.ts';
import type { Reply } from './reply.ts';
import type { Seal } from './seal.ts';
import type { BotStore } from './store.ts';

/** What every handler may use. */
export interface Desk {
  readonly engine: Engine;
  readonly store: BotStore;
  readonly cards: Cards;
  readonly people: SlackPeople;
  readonly slack: WebClient;
  readonly seal: Seal;
  readonly now: () => number;
  readonly log: Log;
}

/** Who asks: a member that the guard let through, and the person of the company they are. */
export interface Actor {
  readonly userId: string;
  readonly identity: Identity;
}

interface Request {
  readonly actor: Actor;
  readonly reply: Reply;
}

export interface CommandRequest<Kind extends Command['kind'] = Command['kind']> extends Request {
  readonly command: Extract<Command, { kind: Kind }>;
}

export interface ActionRequest extends Request {
  /** The action's id without the number that keeps ids in one block apart. */
  readonly actionId: string;
  readonly value: string;
  /** The message whose button was pressed; `undefined` in a modal. */
  readonly message: { readonly channel: string; readonly ts: string } | undefined;
}

export interface SubmissionRequest extends Request {
  readonly callbackId: string;
  readonly metadata: string;
  /** What was typed, by field. */
  readonly values: Readonly<Record<string, string>>;
}

export type CommandHandler<Kind extends Command['kind']> = (request: CommandRequest<Kind>, desk: Desk) => Promise<void>;
export type ActionHandler = (request: ActionRequest, desk: Desk) => Promise<void>;
export type SubmissionHandler = (request: SubmissionRequest, desk: Desk) => Promise<void>;
