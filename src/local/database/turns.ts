import { CommandError, isBusy } from './errors.ts';
import type { Store } from './store.ts';

/** One command, or whatever else wants to read or write in its turn. */
export interface Job {
  readonly writes: boolean;
  /** In milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** Does the work; what it gives is called when the work is on disk. */
  run(): () => void;
  /** Called instead when the work failed; then nothing of it was kept. */
  fail(error: unknown): void;
}

export interface Turns {
  add(job: Job): void;
  /** Does what has arrived, and refuses what still comes. */
  finish(): void;
}

/** How long a writer waits for other processes, and how often it looks. */
const patienceMs = 30_000;
const retryMs = 2;
const closing = new CommandError(24, 'The store is closing. Nothing was changed.');

/**
 * Everything that arrives in one turn of the event loop shares one SQLite transaction and one write to the disk; nobody
 * is answered before that. A lock of another process is waited for by a timer, so that the event loop never stands still.
 */
export function createTurns(store: Store): Turns {
  const { sqlite } = store;
  const queue: Job[] = [];
  let open = true;
  let armed: NodeJS.Timeout | NodeJS.Immediate | undefined;

  function arm(delayMs: number): void {
    armed ??= delayMs > 0 ? setTimeout(turn, delayMs) : setImmediate(turn);
  }

  function turn(): void {
    armed = undefined;
    const jobs = queue.splice(0);
    if (jobs.length === 0) return;
    const answers: (() => void)[] = [];
    try {
      const mode = begin(jobs.some(({ writes }) => writes));
      for (const job of jobs) {
        if (mode === 'none' || (mode === 'read' && job.writes)) postpone(job);
        else answers.push(runOne(job));
      }
      if (mode !== 'none') sqlite.commit();
    } catch (error) {
      // The commit failed, or SQLite gave the transaction up half-way: nobody's work of this turn was kept.
      sqlite.rollback();
      store.catalog.forget();
      const waiting = new Set(queue);
      answers.splice(0, Infinity, ...jobs.filter((job) => !waiting.has(job)).map((job) => () => job.fail(error)));
    }
    if (queue.length > 0) arm(retryMs);
    for (const answer of answers) answer();
  }

  /** Throws only what ends the turn for everybody. */
  function runOne(job: Job): () => void {
    try {
      return job.writes ? store.whole(() => job.run()) : job.run();
    } catch (error) {
      if (!sqlite.inTransaction()) throw error;
      return () => job.fail(error);
    }
  }

  function begin(writing: boolean): 'write' | 'read' | 'none' {
    try {
      const mode = writing && sqlite.begin('IMMEDIATE') ? 'write' : sqlite.begin('DEFERRED') ? 'read' : 'none';
      if (mode !== 'none' && sqlite.changedElsewhere()) store.catalog.forget();
      return mode;
    } catch (error) {
      // Not even reading is possible for a moment: another process repairs the file after a crash.
      if (!isBusy(error)) throw error;
      sqlite.rollback();
      return 'none';
    }
  }

  function postpone(job: Job): void {
    if (Date.now() - job.arrivedAt < patienceMs) queue.push(job);
    else job.fail(new CommandError(24, 'Another process held the store for too long. Nothing was changed. Try again.'));
  }

  return {
    add: (job) => {
      if (!open) return job.fail(closing);
      queue.push(job);
      arm(0);
    },
    finish: () => {
      turn();
      open = false;
      for (const job of queue.splice(0)) job.fail(closing);
    },
  };
}
