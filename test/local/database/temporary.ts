import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Database, type DatabaseOptions } from '#local/database/database.ts';

/** A folder of this test alone, for this user alone. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'store-'));
}

/** An embedded store that leaves nothing behind. */
export async function openTemporary(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const folder = await temporaryFolder();
  const database = await openDatabase({
    file: join(folder, 'store.sqlite'),
    socket: join(folder, 's.sock'),
    ...options,
  });
  return {
    uri: database.uri,
    close: async () => {
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}
