import type { BotStore, StoredCard } from '#bot/store.ts';

/** The bot's memory, as faithful as the real one about who comes first; forgets with the process. */
export function memoryStore(): BotStore & { readonly cards: ReadonlyMap<string, StoredCard> } {
  const cards = new Map<string, StoredCard>();
  const keys = new Map<string, number>();
  return {
    cards,
    async card(key) {
      return cards.get(key);
    },
    async saveCard(key, { channel, ts }) {
      const kept = cards.get(key) ?? { channel, ts, said: [] };
      cards.set(key, kept);
      return kept;
    },
    async forgetCard(key, ts) {
      if (cards.get(key)?.ts === ts) cards.delete(key);
    },
    async markSaid(key, noticeId) {
      const card = cards.get(key);
      if (card && !card.said.includes(noticeId)) cards.set(key, { ...card, said: [...card.said, noticeId] });
    },
    async claim(key, now, until) {
      if ((keys.get(key) ?? -Infinity) > now) return false;
      keys.set(key, until);
      return true;
    },
    async release(key) {
      keys.delete(key);
    },
  };
}
