/** Where the card of a case, or of a batch, stands in Slack. */
export interface StoredCard {
  readonly channel: string;
  readonly ts: string;
  /** The ids of the notices that its thread, or somebody's direct conversation, has heard already. */
  readonly said: readonly string[];
}

/** What the bot has to remember over a restart. Nothing here decides anything: that is the engine's. */
export interface BotStore {
  /** What the key of a card is made of, card-keys.ts says. */
  card(key: string): Promise<StoredCard | undefined>;
  /** Keeps where the card stands unless one is kept already, and gives back the one that is kept. */
  saveCard(key: string, place: Pick<StoredCard, 'channel' | 'ts'>): Promise<StoredCard>;
  /** Forgets the card when it is still this one: somebody deleted the message. */
  forgetCard(key: string, ts: string): Promise<void>;
  markSaid(key: string, noticeId: string): Promise<void>;
  /**
   * Takes the key and says true when nobody holds it at `now`; one unique insert, so that of two at once only one gets it.
   * A key whose time is over may be taken again. Times are milliseconds since 1970.
   */
  claim(key: string, now: number, until: number): Promise<boolean>;
  /** Gives the key back before its time. */
  release(key: string): Promise<void>;
}
