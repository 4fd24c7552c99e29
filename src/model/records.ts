import { type Connection, type Model, Schema, type SchemaDefinitionProperty } from 'mongoose';
import type { AuditEvent } from './audit-event.ts';
import type { Batch } from './batch.ts';
import type { Identity } from './identity.ts';
import type { Offboarding } from './offboarding.ts';

/** How a record lies in the store: its id is the document's, the rest is as the vocabulary says. */
type Stored<T extends { id: string }> = Omit<T, 'id'> & { _id: string };
/** A field of the vocabulary that is missing here is a compile error. */
type Fields<T> = Record<keyof T, SchemaDefinitionProperty>;

/** What the case machine last did, kept with the state so that the same event applied twice answers the same. */
export interface OffboardingRecord extends Stored<Offboarding> {
  /** Set while the case is open: no person has two open cases. */
  openFor?: string;
  /** Counts the writes; a write that saw an older one is refused. */
  revision: number;
  last?: { eventId: string; answer: unknown };
}

/** Something that may happen only once, with the answer it got. Removed by the store after `expiresAt`. */
export interface OnceRecord {
  _id: string;
  answer?: unknown;
  expiresAt?: Date;
}

/** Where a card stands in Slack, and what was already said in its thread. The id is the case's, or `batch:` and the batch's. */
export interface CardRecord {
  _id: string;
  channel: string;
  ts: string;
  said: string[];
}

const text = { type: String, required: true } as const;
const optionalText = { type: String } as const;
const json = { type: Schema.Types.Mixed, required: true } as const;
const optionalJson = { type: Schema.Types.Mixed } as const;
/** Everything is checked by zod at the border; mongoose only refuses what nobody declared. */
const options = { strict: 'throw', minimize: false, versionKey: false, autoCreate: true, autoIndex: true } as const;

const identityFields: Fields<Stored<Identity>> = {
  _id: text,
  email: { ...text, index: true },
  aliases: { type: [String], index: true },
  displayName: text,
  department: optionalText,
  title: optionalText,
  managerId: optionalText,
  employment: text,
};

const offboardingFields: Fields<OffboardingRecord> = {
  _id: text,
  subjectId: text,
  trigger: json,
  state: json,
  openedAt: { ...text, index: true },
  closedAt: optionalText,
  openFor: { ...optionalText, unique: true, sparse: true },
  revision: { type: Number, required: true },
  last: optionalJson,
};

const auditFields: Fields<Stored<AuditEvent>> = {
  _id: text,
  caseId: text,
  at: text,
  actor: json,
  kind: text,
  stepId: optionalText,
  before: optionalJson,
  after: optionalJson,
  detail: json,
};

const batchFields: Fields<Stored<Batch>> = {
  _id: text,
  caseIds: { type: [String], required: true },
  because: text,
  votes: json,
  openedAt: text,
  releasedAt: optionalText,
};

const onceFields: Fields<OnceRecord> = {
  _id: text,
  answer: optionalJson,
  expiresAt: { type: Date, index: { expireAfterSeconds: 0 } },
};

const cardFields: Fields<CardRecord> = {
  _id: text,
  channel: text,
  ts: text,
  said: { type: [String], required: true },
};

export interface Records {
  readonly identities: Model<Stored<Identity>>;
  readonly offboardings: Model<OffboardingRecord>;
  readonly auditEvents: Model<Stored<AuditEvent>>;
  readonly batches: Model<Stored<Batch>>;
  readonly once: Model<OnceRecord>;
  readonly cards: Model<CardRecord>;
  readonly counters: Model<{ _id: string; value: number }>;
}

/**
 * Every collection that the product keeps, on a connection that the caller owns. Resolves when collections and indexes
 * are there, so that the first write already meets them.
 */
export async function openRecords(connection: Connection): Promise<Records> {
  const offboardings = new Schema<OffboardingRecord>(offboardingFields, options);
  offboardings.index({ subjectId: 1, openedAt: 1 });
  const auditEvents = new Schema<Stored<AuditEvent>>(auditFields, options);
  auditEvents.index({ caseId: 1, at: 1 });
  const records: Records = {
    identities: connection.model('Identity', new Schema<Stored<Identity>>(identityFields, options)),
    offboardings: connection.model('Offboarding', offboardings),
    auditEvents: connection.model('AuditEvent', auditEvents),
    batches: connection.model('Batch', new Schema<Stored<Batch>>(batchFields, options)),
    once: connection.model('Once', new Schema<OnceRecord>(onceFields, options)),
    cards: connection.model('Card', new Schema<CardRecord>(cardFields, options)),
    counters: connection.model(
      'Counter',
      new Schema<{ _id: string; value: number }>({ _id: text, value: { type: Number, required: true } }, options),
    ),
  };
  await Promise.all(Object.values(records).map((model: Model<never>) => model.init()));
  return records;
}

/** MongoDB's answer to a second document with the same unique key. */
export function isDuplicate(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
}
