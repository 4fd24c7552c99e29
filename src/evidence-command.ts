import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createConnection } from 'mongoose';
import { createEngine } from '#engine/create-engine.ts';
import { openDatabaseIn } from '#local/world.ts';
import { Policy } from '#model/policy.ts';
import { openRecords } from '#model/records.ts';
import type { LocalConfig, RealConfig } from './config.ts';

/** Prints the evidence of one case as JSON, beside a running product or without one. Gives the exit code. */
export async function runEvidence(config: LocalConfig | RealConfig, root: string, caseId: string): Promise<number> {
  const folder = resolve(root, config.dataFolder);
  const given = config.mode === 'real' ? config.mongoUri?.reveal() : undefined;
  if (given === undefined && !existsSync(join(folder, 'database'))) {
    process.stderr.write(
      `There is no case ${caseId}: ${folder} holds no data of Exeunt that this user can read. Nothing was made; name its folder with EXEUNT_DATA.\n`,
    );
    return 1;
  }
  const database = given === undefined ? await openDatabaseIn(folder) : undefined;
  const connection = await createConnection(given ?? database?.uri ?? '', {
    ignoreUndefined: true,
    serverSelectionTimeoutMS: 10_000,
  }).asPromise();
  try {
    const readOnly = (): never => {
      throw new Error('reading evidence asks nothing of anybody');
    };
    const { engine } = createEngine({
      records: await openRecords(connection),
      connectors: new Map(),
      policy: config.mode === 'real' ? config.policy : Policy.parse({}),
      durable: readOnly,
      notifier: readOnly,
      now: () => new Date(),
      log: () => undefined,
    });
    const evidence = await engine.evidence(caseId);
    if (!evidence) {
      process.stderr.write(`There is no case ${caseId} in ${folder}. The cases are listed by /offboard list.\n`);
      return 1;
    }
    process.stdout.write(`${JSON.stringify(evidence, null, 2)}\n`);
    return 0;
  } finally {
    await connection.close();
    await database?.close();
  }
}
