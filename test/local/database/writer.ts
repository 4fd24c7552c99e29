// A process of its own that writes to a store until it is killed, or until it has done its share.
import mongoose from 'mongoose';
import { openDatabase } from '#local/database/database.ts';

const [file = '', socket = '', name = '', share = 'Infinity'] = process.argv.slice(2);
const database = await openDatabase({ file, socket });
const options = { dbName: 'test', writeConcern: { w: 'majority', j: true } as const };
const connection = await mongoose.createConnection(database.uri, options).asPromise();
const records = connection.getClient().db('test').collection<{ _id: string; n: number; own?: number }>('records');
const counters = connection.getClient().db('test').collection<{ _id: string; n: number }>('counters');

/** Writes one after the other; each line on stdout is a write that was acknowledged. */
async function write(writer: string): Promise<void> {
  for (let n = 0; n < Number(share); n++) {
    await records.insertOne({ _id: `${writer}-${n}`, n });
    await counters.updateOne({ _id: 'all' }, { $inc: { n: 1 } }, { upsert: true });
    process.stdout.write(`${writer}-${n}\n`);
    if (name !== 'racer') continue;
    // The same keys as the other racers: of each only one insert may win.
    await records.insertOne({ _id: `raced-${n}`, n }).catch((error: { code?: number }) => {
      if (error.code !== 11000) throw error;
    });
  }
}

await Promise.all(Array.from({ length: 8 }, (_, index) => write(`${process.pid}.${index}`)));
await connection.close();
await database.close();
