import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A target system outside every process that may be killed: it holds accounts and counts what is really done to each. */
export interface Judge {
  readonly url: string;
  /** How often each effect came over the wire, by `person/operation`. */
  readonly effects: ReadonlyMap<string, number>;
  readonly accounts: ReadonlyMap<string, 'active' | 'suspended'>;
  /** How long it worked on requests since the last reset, in milliseconds. */
  servedMs(): number;
  /** Makes these people's accounts active again and forgets the effects. */
  reset(people: readonly string[]): void;
  close(): Promise<void>;
}

/** Every request takes `latencyMs`, as a target system over a network would. */
export async function openJudge(people: readonly string[], latencyMs: number): Promise<Judge> {
  const accounts = new Map<string, 'active' | 'suspended'>(people.map((person) => [person, 'active']));
  const effects = new Map<string, number>();
  let servedMs = 0;
  const server = createServer((request, response) => {
    const begun = performance.now();
    const [, verb, person = '', operation = ''] = (request.url ?? '').split('/');
    const effect = () => {
      if (verb === 'act') {
        const key = `${person}/${operation}`;
        effects.set(key, (effects.get(key) ?? 0) + 1);
        if (operation === 'suspend') accounts.set(person, 'suspended');
        if (operation === 'delete') accounts.delete(person);
      }
      return JSON.stringify({ status: accounts.get(person) ?? 'absent' });
    };
    // Half of the latency before the effect and half after it, so that a kill meets both sides.
    sleep(latencyMs / 2)
      .then(effect)
      .then(async (body) => {
        await sleep(latencyMs / 2);
        servedMs += performance.now() - begun;
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      })
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a host and port, the address is never a pipe's name.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    effects,
    accounts,
    servedMs: () => servedMs,
    reset(again) {
      servedMs = 0;
      effects.clear();
      accounts.clear();
      for (const person of again) accounts.set(person, 'active');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
