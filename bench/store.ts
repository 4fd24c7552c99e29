// How much the embedded store costs over plain SQLite with the same durability, in one run on one machine.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import mongoose from 'mongoose';
import { openDatabase } from '#local/database/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const times = Number(process.argv[2] ?? 1_000);
const pad = 'x'.repeat(300);

/** Calls per second, so many at once. */
async function measure(call: (n: number) => unknown, atOnce = 1): Promise<number> {
  for (let n = 0; n < times / 10; n++) await call(n); // Warms up; the calls that insert take other keys for it.
  const start = performance.now();
  let next = 0;
  async function one(): Promise<void> {
    for (let n = next++; n < times; n = next++) await call(times + n);
  }
  await Promise.all(Array.from({ length: atOnce }, one));
  return (times / (performance.now() - start)) * 1_000;
}

const raw = new DatabaseSync(join(folder, 'raw.sqlite'));
raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
raw.exec('CREATE TABLE records (key TEXT PRIMARY KEY, n INTEGER, pad TEXT)');
const insert = raw.prepare('INSERT INTO records VALUES (?, ?, ?)');
const select = raw.prepare('SELECT * FROM records WHERE key = ?');
const change = raw.prepare('UPDATE records SET n = n + 1 WHERE key = ? RETURNING *');

const database = await openDatabase({ file: join(folder, 'store.sqlite'), socket: join(folder, 's.sock') });
const connection = await mongoose.createConnection(database.uri, { dbName: 'bench' }).asPromise();
const fields = { key: { type: String, unique: true }, n: Number, pad: String };
const Item = connection.model('Item', new mongoose.Schema(fields));
await Item.init();

const existing = (n: number) => `plain-${times + (n % times)}`;
const increment = (n: number) => Item.findOneAndUpdate({ key: existing(n) }, { $inc: { n: 1 } }).lean();
const rawIncrement = (n: number) => change.get(existing(n));
const rows: [string, number, number][] = [
  [
    'insert, one after the other',
    await measure((n) => Item.create({ key: `plain-${n}`, n, pad })),
    await measure((n) => insert.run(`plain-${n}`, n, pad)),
  ],
  [
    'insert, 32 at once',
    await measure((n) => Item.create({ key: `more-${n}`, n, pad }), 32),
    await measure((n) => insert.run(`more-${n}`, n, pad)),
  ],
  [
    'findOne by unique key',
    await measure((n) => Item.findOne({ key: existing(n) }).lean()),
    await measure((n) => select.get(existing(n))),
  ],
  ['findOneAndUpdate, one after the other', await measure(increment), await measure(rawIncrement)],
  ['findOneAndUpdate, 32 at once', await measure(increment, 32), await measure(rawIncrement)],
];
for (const [name, store, sqlite] of rows) {
  const ratio = (sqlite / store).toFixed(1);
  console.log(`${name}: ${store.toFixed(0)} a second; plain SQLite ${sqlite.toFixed(0)}; it is ${ratio} times as fast`);
}

await connection.close();
await database.close();
raw.close();
rmSync(folder, { recursive: true });
