import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startEngineServer } from '../../src/local/durable-engine/server.ts';

/** A bug in a handler fails its test instead of hanging it. */
const impatient = {
  RESTATE_DEFAULT_RETRY_POLICY__MAX_ATTEMPTS: '4',
  RESTATE_DEFAULT_RETRY_POLICY__ON_MAX_ATTEMPTS: 'kill',
};

/** Two real servers of the durable engine for the whole run: a plain one, and one that replays every handler from its journal. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'exeunt-'));
  const [plain, replay] = await Promise.all([
    startEngineServer(join(folder, 'plain'), impatient),
    startEngineServer(join(folder, 'replay'), { ...impatient, RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT: '0s' }),
  ]);
  project.provide('engineServers', { plain: join(folder, 'plain'), replay: join(folder, 'replay') });
  return async () => {
    await Promise.all([plain.stop(), replay.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
}

declare module 'vitest' {
  export interface ProvidedContext {
    /** The data folders of the running servers; `startEngineServer` adopts what runs there. */
    engineServers: { plain: string; replay: string };
  }
}
