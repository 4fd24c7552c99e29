import { AuditEvent } from '#model/audit-event.ts';
import { isDuplicate, type Records } from '#model/records.ts';

/** The audit trail: the one place where it is written and read. */
export interface Trail {
  /** Resolves when the events are on disk. An event that is already there stays as it is: it happened once. */
  append(...events: readonly AuditEvent[]): Promise<void>;
  /** Everything of one case, oldest first. */
  of(caseId: string): Promise<AuditEvent[]>;
  /** How the steps of one wave ended so far. */
  finished(caseId: string, wave: number): Promise<AuditEvent[]>;
  /** The acts of one wave that were begun so far, each with what was seen before it. */
  begun(caseId: string, wave: number): Promise<AuditEvent[]>;
}

/** Appends that arrive in the same turn share one write, so that a wave of thirty steps does not write thirty times. */
export function createTrail(records: Pick<Records, 'auditEvents'>): Trail {
  let waiting: AuditEvent[] = [];
  let flush: Promise<void> | undefined;

  function append(...events: readonly AuditEvent[]): Promise<void> {
    if (events.length === 0) return Promise.resolve();
    waiting.push(...events.map((event) => AuditEvent.parse(event)));
    flush ??= new Promise<void>((resolve) => setImmediate(resolve)).then(write);
    return flush;
  }

  async function write(): Promise<void> {
    const events = waiting;
    waiting = [];
    flush = undefined;
    const documents = events.map(({ id, ...event }) => ({ _id: id, ...event }));
    try {
      await records.auditEvents.collection.insertMany(documents as never[], { ordered: false });
    } catch (error) {
      // Only "already there" is expected: the same step of the same wave was recorded before a crash.
      if (!isDuplicate(error)) throw error;
    }
  }

  async function read(filter: Record<string, unknown>): Promise<AuditEvent[]> {
    const documents = await records.auditEvents.find(filter).sort({ at: 1, _id: 1 }).lean();
    return documents.map(({ _id: id, ...event }) => AuditEvent.parse({ id, ...event }));
  }

  return {
    append,
    of: (caseId) => read({ caseId }),
    finished: async (caseId, wave) => read({ caseId, kind: 'stepFinished', 'detail.wave': wave }),
    begun: async (caseId, wave) => read({ caseId, kind: 'acting', 'detail.wave': wave }),
  };
}
