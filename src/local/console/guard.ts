import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refused } from './refused.ts';

const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Lets a request in only when it was meant for this machine and does not come from another page: a foreign Host is a
 * rebound name, a foreign Origin is somebody else's script. The port is not compared, so that a mapped one works.
 */
export function guardOrigin(request: IncomingMessage): void {
  const host = hostOf(`http://${request.headers.host ?? ''}`);
  if (!loopback.has(host))
    throw new Refused(403, 'foreign_host', 'Nothing was done. Open the console by its own address on 127.0.0.1.');
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${request.headers.host}`)
    throw new Refused(403, 'foreign_origin', 'Nothing was done: the request came from another page.');
}

/** Asks for the token, in the address or as a bearer. */
export function guardToken(request: IncomingMessage, url: URL, token: string): void {
  const given = request.headers.authorization?.replace(/^Bearer /i, '') ?? url.searchParams.get('token') ?? '';
  // Hashed first: the comparison wants equal lengths and takes equally long.
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(given), digest(token)))
    throw new Refused(
      401,
      'invalid_token',
      'Nothing was done: the token is missing or wrong. Open the address that the program printed at its start.',
    );
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : '';
}
