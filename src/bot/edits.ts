import { setTimeout as wait } from 'node:timers/promises';

/**
 * Coalesces edits: at most one each `everyMs` a key, the last state wins, and whoever asks hears when an edit that began
 * after their question has landed or failed. `edit` reads the state itself, so one late edit is as good as many.
 */
export interface Edits {
  /** Resolves when an edit that began after this call has landed; rejects when that one failed. */
  request(key: string): Promise<void>;
  /** Takes no more; waits at most `limitMs` for what is under way. */
  close(limitMs: number): Promise<void>;
}

export function createEdits(deps: { edit: (key: string) => Promise<void>; everyMs: number; now: () => number }): Edits {
  const { edit, everyMs, now } = deps;
  /** For each key the edit that has not begun yet, shared by all who ask meanwhile. */
  const waiting = new Map<string, Promise<void>>();
  const running = new Map<string, Promise<void>>();
  const lastAt = new Map<string, number>();
  const closing = new AbortController();

  async function next(key: string): Promise<void> {
    await running.get(key)?.catch(() => undefined); // Its own askers have heard of the failure.
    const delay = Math.max(0, (lastAt.get(key) ?? -Infinity) + everyMs - now());
    // Closing cuts the wait short, so that the final edit still lands.
    if (delay > 0) await wait(delay, undefined, { signal: closing.signal }).catch(() => undefined);
    waiting.delete(key);
    forgetOld();
    lastAt.set(key, now());
    const run = edit(key).finally(() => running.delete(key));
    running.set(key, run);
    await run;
  }

  /** A card that was not edited for a while needs no memory of when. */
  function forgetOld(): void {
    if (lastAt.size < 1000) return;
    for (const [key, at] of lastAt) if (now() - at > everyMs) lastAt.delete(key);
  }

  return {
    request(key) {
      const shared = waiting.get(key);
      if (shared) return shared;
      const run = next(key);
      waiting.set(key, run);
      return run;
    },
    async close(limitMs) {
      closing.abort();
      await Promise.race([
        Promise.allSettled([...waiting.values(), ...running.values()]),
        wait(limitMs, undefined, { ref: false }),
      ]);
    },
  };
}
