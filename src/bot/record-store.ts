import { isDuplicate, type CardRecord, type Records } from '#model/records.ts';
import type { BotStore, StoredCard } from './store.ts';

/** The bot's memory in the store. */
export function createRecordStore({ cards, once }: Pick<Records, 'cards' | 'once'>): BotStore {
  async function card(key: string): Promise<StoredCard | undefined> {
    const found = await cards.findById(key).lean();
    return found ? shown(found) : undefined;
  }

  async function claim(key: string, now: number, until: number): Promise<boolean> {
    const expiresAt = new Date(until);
    try {
      await once.create({ _id: key, expiresAt });
      return true;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    // Held; but the store removes what is over only now and then, so the time is looked at here.
    const { modifiedCount } = await once.updateOne(
      { _id: key, expiresAt: { $lte: new Date(now) } },
      { $set: { expiresAt } },
    );
    return modifiedCount === 1;
  }

  return {
    card,
    claim,
    async saveCard(key, { channel, ts }) {
      try {
        await cards.create({ _id: key, channel, ts, said: [] });
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
      return (await card(key)) ?? { channel, ts, said: [] };
    },
    async forgetCard(key, ts) {
      await cards.deleteOne({ _id: key, ts });
    },
    async markSaid(key, noticeId) {
      await cards.updateOne({ _id: key }, { $addToSet: { said: noticeId } });
    },
    async release(key) {
      await once.deleteOne({ _id: key });
    },
  };
}

function shown({ channel, ts, said }: CardRecord): StoredCard {
  return { channel, ts, said };
}
