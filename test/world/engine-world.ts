import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mongoose';
import { Policy } from '#model/policy.ts';
import { Identity } from '#model/identity.ts';
import { openRecords } from '#model/records.ts';
import type { Connector } from '#engine/connectors/connector.ts';
import { createEngine, type OpenedEngine } from '#engine/create-engine.ts';
import { connectDurable, type Durable } from '#engine/durable.ts';
import type { Notice, Notifier } from '#engine/notifier.ts';
import { openDatabase } from '#local/database/database.ts';
import { startEngineServer } from '#local/durable-engine/server.ts';
import { openWorker } from '#src/worker.ts';

export const people = ['dana', 'hal', 'sec', 'cto', 'mara'] as const;
const departments: Readonly<Record<string, string>> = { hal: 'People', sec: 'Security', cto: 'Security' };

export function identity(id: string): Identity {
  return Identity.parse({
    id,
    email: `${id}@acme.example`,
    displayName: id[0]!.toUpperCase() + id.slice(1),
    ...(departments[id] ? { department: departments[id] } : {}),
    ...(id === 'dana' ? { managerId: 'mara' } : {}),
  });
}

export const policy = Policy.parse({
  requesters: { departments: ['People'] },
  approvers: { departments: ['Security'] },
  auditors: {},
  protected: ['mara@acme.example'],
  retentionDays: 0,
  retry: { attempts: 3, firstDelayMs: 20, maxDelayMs: 100 },
});

/** A bug in a handler fails its test instead of hanging it. */
const impatient = {
  RESTATE_DEFAULT_RETRY_POLICY__MAX_ATTEMPTS: '4',
  RESTATE_DEFAULT_RETRY_POLICY__ON_MAX_ATTEMPTS: 'kill',
};

export interface World extends OpenedEngine, AsyncDisposable {
  readonly told: { caseId: string; kind: Notice }[];
  /** Opens a case about Dana, asked for by Hal of the People team. */
  open(subjectId?: string): Promise<string>;
  approve(caseId: string, by?: string): Promise<void>;
  /** Throws the durable engine's disk away and starts it on an empty one, as after a broken machine. */
  loseEngineDisk(): Promise<void>;
  /** Resolves in the moment in which so many steps of the case are recorded as finished. */
  proven(caseId: string, steps: number): Promise<void>;
}

/** The real engine on a real server of the durable engine and the embedded database, with connectors of the test's choice. */
export async function openWorld(input: {
  connectors: readonly Connector[];
  policy?: Policy;
  more?: readonly Identity[];
  /** `replay`: the server runs every handler again from its journal at each step, so that one that is not deterministic fails. */
  server?: 'plain' | 'replay';
}): Promise<World> {
  const home = await mkdtemp(join(tmpdir(), 'exeunt-'));
  const database = await openDatabase({ file: join(home, 'exeunt.sqlite'), socket: join(home, 'db.sock') });
  const connection = await createConnection(database.uri, { ignoreUndefined: true }).asPromise();
  const records = await openRecords(connection);
  const everybody = [...people.map(identity), ...(input.more ?? [])];
  await records.identities.insertMany(everybody.map(({ id, ...rest }) => ({ _id: id, ...rest })));
  const start = () =>
    startEngineServer(join(home, 'engine'), {
      ...impatient,
      ...(input.server === 'replay' ? { RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT: '0s' } : {}),
    });
  let server = await start();
  const told: { caseId: string; kind: Notice }[] = [];
  // Told after each step is in the trail: so many calls are so many steps whose proof is on disk.
  let heard: ((caseId: string) => void) | undefined;
  const notifier: Notifier = {
    changed: (caseId) => heard?.(caseId),
    tell: async ({ caseId, kind }) => void told.push({ caseId, kind }),
  };
  let durable: Durable | undefined;
  const opened = createEngine({
    records,
    connectors: new Map(input.connectors.map((connector) => [connector.id, connector])),
    policy: input.policy ?? policy,
    durable: () => durable ?? impossible('the durable engine is not connected yet'),
    notifier: () => notifier,
    now: () => new Date(),
    log: (message, data) => console.error(message, data),
  });
  let worker = await serve();
  await connect();

  function serve() {
    return openWorker(opened.work, {
      host: '127.0.0.1',
      port: 0,
      identityKeys: [server.identityKey],
      log: () => undefined,
    });
  }

  async function connect(): Promise<{ wasEmpty: boolean }> {
    const registered = await server.admin.register(worker.url);
    durable = connectDurable(server.ingress);
    return registered;
  }

  return {
    ...opened,
    told,
    async open(subjectId = 'dana') {
      const answer = await opened.engine.open({
        subjectId,
        requesterId: 'hal',
        trigger: { kind: 'command', source: 'U1' },
      });
      if (!answer.done) throw new Error(answer.because);
      return answer.caseId;
    },
    async approve(caseId, by = 'sec') {
      const view = await opened.engine.case(caseId);
      const approvalId = view?.offboarding.state.approval?.id ?? impossible(`case ${caseId} asks for nothing`);
      const answer = await opened.engine.decide({ caseId, approvalId, verdict: 'approved', by });
      if (!answer.done) throw new Error(answer.because);
    },
    async loseEngineDisk() {
      await server.stop();
      await worker.close();
      await rm(join(home, 'engine'), { recursive: true, force: true });
      server = await start();
      worker = await serve();
      const { wasEmpty } = await connect();
      await opened.recover(wasEmpty);
    },
    proven: (caseId, steps) =>
      new Promise((resolve) => {
        let finished = -1;
        heard = (about) => {
          // The first call is the decision itself.
          if (about === caseId && ++finished === steps) resolve();
        };
      }),
    async [Symbol.asyncDispose]() {
      await server.stop();
      await worker.close();
      await connection.close();
      await database.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

function impossible(what: string): never {
  throw new Error(what);
}
