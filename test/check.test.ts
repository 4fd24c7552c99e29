import { describe, expect, it } from 'vitest';
import { runCheck, type CheckOptions, type Part } from '#src/check.ts';
import { secret } from '#model/secret.ts';

const works: Part = { name: 'Okta', check: async () => 'token valid, may suspend users' };
const fails: Part = {
  name: 'MongoDB',
  check: async () => {
    throw new Error('It refused the password; check MONGODB_URI.');
  },
};
/** Obeys no signal and never ends. */
const hangs: Part = { name: 'GitHub', check: () => new Promise<string>(() => {}) };
/** Stops when it is told to, and says so. */
const obeys: Part = {
  name: 'Google',
  check: (signal) =>
    new Promise<string>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
};

describe('the check command', () => {
  it('prints one line a part, in their order, and fails when one fails', async () => {
    const slow: Part = { name: 'Slack', check: () => new Promise((resolve) => setTimeout(resolve, 20, 'as @exeunt')) };

    const { lines, code } = await run([slow, works, fails]);

    expect(lines).toEqual([
      'ok    Slack — as @exeunt',
      'ok    Okta — token valid, may suspend users',
      'FAIL  MongoDB — It refused the password; check MONGODB_URI.',
    ]);
    expect(code).toBe(1);
  });

  it('ends well when every part works', async () => {
    expect((await run([works, works])).code).toBe(0);
  });

  it('does not call it well when there was nothing to check', async () => {
    const { lines, code } = await run([]);

    expect(code).toBe(1);
    expect(lines).toEqual(['FAIL  nothing is configured, so nothing was checked; see docs/settings.md']);
  });

  it('asks all parts side by side: two that wait for each other both end well', async () => {
    const both = Promise.withResolvers<string>();
    let begun = 0;
    const meets: Part = {
      name: 'Slack',
      check() {
        if (++begun === 2) both.resolve('met the other');
        return both.promise;
      },
    };

    expect((await run([meets, meets], { limitMs: 5_000 })).code).toBe(0);
  });

  it('waits for no part longer than its limit', async () => {
    const { lines, code } = await run([hangs, obeys, works, hangs], { limitMs: 200 });

    expect(lines.map((line) => line.slice(0, 12).trim())).toEqual([
      'FAIL  GitHub',
      'FAIL  Google',
      'ok    Okta —',
      'FAIL  GitHub',
    ]);
    expect(lines[1]).toContain('gave no answer within 0.2 seconds');
    expect(code).toBe(1);
  });

  it('tells a part that its time is over', async () => {
    let told = false;
    const part: Part = {
      name: 'Okta',
      check: (signal) => new Promise(() => signal.addEventListener('abort', () => (told = true))),
    };

    await run([part], { limitMs: 10 });

    expect(told).toBe(true);
  });

  it.each<[string, () => unknown]>([
    ['a known secret', () => new Error('the key correct-horse-battery is wrong')],
    ['a Slack token', () => new Error('xoxb-123-correct-horse was refused')],
    ['a header', () => new Error('sent authorization: SSWS correct.horse')],
    ['an address with a password', () => new Error('mongodb://root:correct-horse@db.example/exeunt refused')],
    ['a JSON field', () => new Error('{"access_token": "correct-horse"} was refused')],
    ['a form field', () => new Error('client_secret=correct-horse was refused')],
    ['a thrown text', () => 'correct-horse'],
    ['a thrown secret', () => secret('correct-horse')],
    ['a cause', () => new Error('it failed', { cause: new Error('correct-horse') })],
  ])('never prints %s that a part throws', async (_name, thrown) => {
    const part: Part = {
      name: 'Okta',
      check: async () => {
        throw thrown();
      },
    };
    const options = { secrets: [secret('correct-horse-battery')] };

    const printed = [...(await run([part], options)).lines, ...(await run([part], { ...options, json: true })).lines];

    expect(printed.join()).toContain('FAIL');
    expect(printed.join()).not.toMatch(/horse/);
  });

  it('never prints a secret that a part answers', async () => {
    const part: Part = { name: 'Okta', check: async () => 'token correct-horse works' };

    const { lines } = await run([part], { secrets: [secret('correct-horse')] });

    expect(lines).toEqual(['ok    Okta — token *** works']);
  });

  it('leaves words that only sound like secrets', async () => {
    const say = 'The token belongs to nobody; see "Basic Information", secret: write it anew.';

    const { lines } = await run([{ name: 'Slack', check: async () => say }]);

    expect(lines).toEqual([`ok    Slack — ${say}`]);
  });

  it('keeps what a part says on one line that no terminal obeys', async () => {
    const part: Part = { name: 'Okta', check: async () => `fine\nok    MongoDB — fine\u001B[2J${'x'.repeat(1000)}` };

    const { lines } = await run([part]);

    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/\p{Cc}/u);
    expect(lines[0]!.length).toBeLessThan(700);
  });

  it('prints one JSON object when asked', async () => {
    const { lines, code } = await run([works, fails], { json: true });

    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      {
        ok: false,
        parts: [
          { name: 'Okta', ok: true, say: 'token valid, may suspend users' },
          { name: 'MongoDB', ok: false, say: 'It refused the password; check MONGODB_URI.' },
        ],
      },
    ]);
    expect(code).toBe(1);
  });
});

async function run(parts: readonly Part[], options?: CheckOptions): Promise<{ lines: string[]; code: number }> {
  const lines: string[] = [];
  const code = await runCheck(parts, (line) => void lines.push(line), options);
  return { lines, code };
}
