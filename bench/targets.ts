import { fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

const Ready = z.object({ urls: z.array(z.url()) });
const Served = z.object({ longestMs: z.number() });
const answerLimitMs = 30_000;

/** Target systems in a process of their own, so that their work is not taken for the product's, nor the other way round. */
export interface Targets extends Disposable {
  readonly urls: readonly string[];
  /** Sets all accounts back. Gives how long the slowest target system worked on its requests since the last time, in ms. */
  reset(): Promise<number>;
}

export async function openTargets(count: number, latencyMs: number): Promise<Targets> {
  const child = fork(new URL('./targets-process.ts', import.meta.url), [String(count), String(latencyMs)]);
  const heard = async (): Promise<unknown> => {
    const [message] = await once(child, 'message', { signal: AbortSignal.timeout(answerLimitMs) });
    return message;
  };
  const { urls } = Ready.parse(await heard());
  return {
    urls,
    async reset() {
      const answer = heard();
      child.send('reset');
      return Served.parse(await answer).longestMs;
    },
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}
