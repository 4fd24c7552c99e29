import { describe, expect, it } from 'vitest';
import { createEdits } from '#bot/edits.ts';

const soon = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('edits', () => {
  it('of one card never overlap, and the last one sees the last state', async () => {
    let state = 0;
    let running = 0;
    const seen: number[] = [];
    const edits = createEdits({
      everyMs: 1,
      now: Date.now,
      async edit() {
        running += 1;
        expect(running).toBe(1);
        const now = state;
        await soon(5);
        seen.push(now);
        running -= 1;
      },
    });

    const asked: Promise<void>[] = [];
    for (state = 1; state <= 30; state += 1) {
      asked.push(edits.request('a'));
      await soon(1);
    }
    state = 30;
    asked.push(edits.request('a'));
    await Promise.all(asked);

    expect(seen.at(-1)).toBe(30);
    expect(seen.length).toBeLessThan(30);
  });

  it('tell a failure to those who waited for that edit, and to nobody later', async () => {
    let fails = true;
    const edits = createEdits({
      everyMs: 1,
      now: Date.now,
      async edit() {
        await soon(1);
        if (fails) throw new Error('no');
      },
    });

    await expect(Promise.all([edits.request('a'), edits.request('a')])).rejects.toThrow('no');
    fails = false;
    await expect(edits.request('a')).resolves.toBeUndefined();
  });

  it('of different cards do not wait for each other', async () => {
    const landed: string[] = [];
    const edits = createEdits({ everyMs: 10_000, now: Date.now, edit: async (key) => void landed.push(key) });

    await Promise.all(['a', 'b', 'c'].map((key) => edits.request(key)));

    expect(landed).toEqual(['a', 'b', 'c']);
  });
});
