import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mongoose';
import { createEngine } from '#engine/create-engine.ts';
import { connectDurable, type Durable } from '#engine/durable.ts';
import { openRecords } from '#model/records.ts';
import { openDatabase } from '#local/database/database.ts';
import { startEngineServer } from '#local/durable-engine/server.ts';
import { openWorker } from '#src/worker.ts';
import { identity, policy } from './engine-world.ts';
import { judgedConnector } from './judged-connector.ts';

// The engine as a process of its own, to be killed: opens a case for each person who has none, says yes to whatever is
// asked, and prints how many cases are over. Started again, it goes on where it was.
const [folder = '', url = '', ...people] = process.argv.slice(2);
const database = await openDatabase({ file: `${folder}/exeunt.sqlite`, socket: `${folder}/s/${process.pid}.sock` });
const connection = await createConnection(database.uri, { ignoreUndefined: true }).asPromise();
const records = await openRecords(connection);
for (const { id, ...rest } of ['hal', 'sec', ...people].map(identity))
  await records.identities.replaceOne({ _id: id }, { _id: id, ...rest }, { upsert: true });
const server = await startEngineServer(`${folder}/engine`);

let durable: Durable | undefined;
const { engine, work, recover } = createEngine({
  records,
  connectors: new Map([['judge', judgedConnector('judge', url)]]),
  policy: { ...policy, breaker: { ...policy.breaker, people: 1_000 } },
  durable: () => {
    if (!durable) throw new Error('not connected');
    return durable;
  },
  notifier: () => ({ changed: () => undefined, tell: async () => undefined }),
  now: () => new Date(),
  log: (message, data) => console.error(message, JSON.stringify(data)),
});
const worker = await openWorker(work, {
  host: '127.0.0.1',
  port: 0,
  identityKeys: [server.identityKey],
  log: () => undefined,
});
const { wasEmpty } = await server.admin.register(worker.url);
durable = connectDurable(server.ingress);
await recover(wasEmpty);
console.log(`pid ${server.pid}`);

const opened = new Set((await engine.cases({ limit: 1_000 })).map(({ subject }) => subject.id));
for (const subjectId of people.filter((id) => !opened.has(id)))
  await engine.open({ subjectId, requesterId: 'hal', trigger: { kind: 'command', source: 'U1' } });

for (;;) {
  const cases = await engine.cases({ limit: 1_000 });
  for (const { id: caseId, phase, offboarding } of cases) {
    const approvalId = offboarding.state.approval?.id;
    if (approvalId && (phase === 'awaitingApproval' || phase === 'awaitingDeletion'))
      await engine.decide({ caseId, approvalId, verdict: 'approved', by: 'sec' });
  }
  console.log(`done ${cases.filter(({ phase }) => phase === 'done').length} of ${cases.length}`);
  await sleep(50);
}
