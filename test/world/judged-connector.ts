import { z } from 'zod';
import type { Connector } from '#engine/connectors/connector.ts';
import { createHttp } from '#engine/http/client.ts';

const Seen = z.object({ status: z.enum(['active', 'suspended', 'absent']) });

/** Reaches the judge like any target system: over the product's own HTTP client. */
export function judgedConnector(id: string, url: string): Connector {
  const http = createHttp({ allow: 'loopback' })({ connector: id, baseUrl: url, headers: async () => ({}) });
  const act = (operation: string) => async (input: { account: { id: string }; signal: AbortSignal }) => {
    await http.act({ method: 'POST', path: `/act/${input.account.id}/${operation}`, signal: input.signal });
  };
  return {
    id,
    name: id,
    check: async () => undefined,
    async *findAccounts(identity) {
      yield { connector: id, id: identity.id, handle: identity.id };
    },
    async observe(account, signal) {
      const { body } = await http.look({ method: 'GET', path: `/look/${account.id}`, signal });
      return { at: new Date().toISOString(), ...Seen.parse(body) };
    },
    operations: { suspend: act('suspend'), delete: act('delete') },
  };
}
