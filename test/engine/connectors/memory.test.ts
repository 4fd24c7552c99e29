import { memory, type MemoryAccount } from '#engine/connectors/memory.ts';
import { Identity } from '#model/identity.ts';
import { connectorContract } from '../../connector-contract.ts';

const identity = (id: string) => Identity.parse({ id, email: `${id}@brightwater.example`, displayName: id });

const account = (id: string): MemoryAccount => ({
  id: `account-${id}`,
  handle: id,
  email: `${id}@brightwater.example`,
  status: 'active',
  sessions: 2,
  tokens: [{ id: 'token', name: 'Zapier' }],
  entitlements: [{ id: 'group', name: 'Engineering' }],
});

connectorContract('memory', async () => ({
  connector: memory('memory', new Map(['ana', 'leo'].map((id) => [`account-${id}`, account(id)]))),
  leaver: identity('ana'),
  stranger: identity('leo'),
  nobody: identity('nobody'),
  never: { connector: 'memory', id: 'account-never', handle: 'never' },
  secrets: [],
  close: async () => {},
}));
