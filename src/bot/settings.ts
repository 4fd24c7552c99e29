import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Secret } from '#model/secret.ts';

export interface BotSettings {
  readonly mode: 'socket' | 'http';
  readonly botToken: Secret;
  /** Needed in mode `socket`. */
  readonly appToken?: Secret;
  /** Needed in mode `http`. */
  readonly signingSecret?: Secret;
  /** Where cards stand: the id of a private channel, or its name with `#`. */
  readonly channel: string;
  /** The workspaces, and organizations, from which anything is accepted. */
  readonly teams: readonly string[];
  /** Slack's Web API; its own address where left out. Ends in `/`. */
  readonly apiUrl?: string;
  /** Where to listen for Slack in mode `http`, and for the routes. Port 0 takes a free one. */
  readonly host?: string;
  readonly port?: number;
  /** A card is edited at most once in this time, in milliseconds. */
  readonly cardEditsEveryMs: number;
}

/** A path that is served beside Slack's own. */
export interface Route {
  readonly path: string;
  readonly method: 'GET' | 'POST';
  handler(request: IncomingMessage, response: ServerResponse): void;
}
