import { Batch } from '#model/batch.ts';
import { isDuplicate, type Records } from '#model/records.ts';

export interface Batches {
  read(id: string): Promise<Batch | undefined>;
  /** Puts a held case into the batch that is open and that nobody has voted on, or into a new one. Gives the batch's id. */
  put(caseId: string, because: string): Promise<string>;
  /** Adds a person's yes once; compare-and-set, so that two clicks are one vote. `undefined` when it was not open. */
  vote(id: string, by: string, needed: number): Promise<Batch | undefined>;
}

export function createBatches({ batches }: Pick<Records, 'batches'>, now: () => Date): Batches {
  async function read(id: string): Promise<Batch | undefined> {
    const document = await batches.findById(id).lean();
    return document ? parsed(document) : undefined;
  }

  async function put(caseId: string, because: string): Promise<string> {
    const already = await batches.findOne({ caseIds: caseId }).lean();
    if (already) return already._id;
    const open = await batches.findOneAndUpdate(
      { releasedAt: { $exists: false }, votes: { $size: 0 } },
      { $push: { caseIds: caseId }, $set: { because } },
      { returnDocument: 'after' },
    );
    if (open) return open._id;
    const id = `batch-${caseId}`;
    try {
      await batches.create({ _id: id, caseIds: [caseId], because, votes: [], openedAt: now().toISOString() });
    } catch (error) {
      // The same case was put there by an attempt that was cut off.
      if (!isDuplicate(error)) throw error;
    }
    return id;
  }

  async function vote(id: string, by: string, needed: number): Promise<Batch | undefined> {
    const at = now().toISOString();
    const voted = await batches
      .findOneAndUpdate(
        { _id: id, releasedAt: { $exists: false }, 'votes.by': { $ne: by } },
        { $push: { votes: { by, at } } },
        { returnDocument: 'after' },
      )
      .lean();
    if (!voted) return undefined;
    if (voted.votes.length >= needed) await batches.updateOne({ _id: id }, { $set: { releasedAt: at } });
    return read(id);
  }

  return { read, put, vote };
}

function parsed({ _id: id, ...batch }: { _id: string }): Batch {
  return Batch.parse({ id, ...batch });
}
