import { Agent, fetch } from 'undici';

/** `fetch` whose every request goes to one unix socket, whatever host its URL names. */
export function fetchOver(socketPath: string): typeof globalThis.fetch {
  const dispatcher = new Agent({ connect: { socketPath }, connections: 64 });
  // undici's own fetch has the same shape as the built-in one; only the type of the options' body differs by name.
  return ((input: string, init: object) => fetch(input, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
}
