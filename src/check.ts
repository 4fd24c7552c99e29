import type { Secret } from '#model/secret.ts';

/** One thing that the product depends on. */
export interface Part {
  /** What people call it. */
  readonly name: string;
  /** Looks whether it works and changes nothing. Resolves to what it found, in a few words; throws what is wrong. */
  readonly check: (signal: AbortSignal) => Promise<string>;
}

export interface CheckOptions {
  /** One JSON object instead of lines. */
  readonly json?: boolean;
  /** Never printed, whoever says them. */
  readonly secrets?: readonly Secret[];
  /** How long one part may take, in milliseconds. */
  readonly limitMs?: number;
}

interface Verdict {
  readonly name: string;
  readonly ok: boolean;
  readonly say: string;
}

/**
 * Checks all parts side by side and prints a line for each, in their order, as soon as it is known. Returns the exit
 * code: 0 when every part works, 1 otherwise, also when there is nothing to check.
 */
export async function runCheck(
  parts: readonly Part[],
  print: (line: string) => void,
  { json = false, secrets = [], limitMs = 15_000 }: CheckOptions = {},
): Promise<0 | 1> {
  const running = parts.map((part) => judge(part, secrets, limitMs));
  const verdicts: Verdict[] = [];
  for (const one of running) {
    const verdict = await one;
    verdicts.push(verdict);
    if (!json) print(`${verdict.ok ? 'ok  ' : 'FAIL'}  ${verdict.name} — ${verdict.say}`);
  }
  const ok = verdicts.length > 0 && verdicts.every((verdict) => verdict.ok);
  if (json) print(JSON.stringify({ ok, parts: verdicts }));
  else if (verdicts.length === 0) print('FAIL  nothing is configured, so nothing was checked; see docs/settings.md');
  return ok ? 0 : 1;
}

/** Never rejects: a part that throws, hangs or answers nonsense is a verdict. */
async function judge(part: Part, secrets: readonly Secret[], limitMs: number): Promise<Verdict> {
  const name = presentable(part.name, secrets);
  const abort = new AbortController();
  const late = `It gave no answer within ${limitMs / 1000} seconds; check that its address is right and reachable from here.`;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Verdict>((resolve) => {
    timer = setTimeout(() => {
      // The verdict first: a part that obeys the signal would only say that it was stopped.
      resolve({ name, ok: false, say: late });
      abort.abort(new Error(late));
    }, limitMs);
  });
  const look = async (): Promise<Verdict> => {
    try {
      return { name, ok: true, say: presentable(await part.check(abort.signal), secrets) || 'it works' };
    } catch (error) {
      return { name, ok: false, say: presentable(reason(error), secrets) || noReason };
    }
  };
  try {
    return await Promise.race([look(), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Only the message: a cause or a stack may hold what a message was careful to leave out. */
function reason(error: unknown): string {
  return error instanceof Error ? error.message : noReason;
}

const noReason = 'It failed without saying why; try it by hand and look into the log.';

/** One line without secrets and without what a terminal would obey. */
function presentable(text: string, secrets: readonly Secret[]): string {
  const values = secrets.map((one) => one.reveal()).filter((value) => value !== '');
  const known = values
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, value) => rest.replaceAll(value, '***'), text);
  const masked = secretForms.reduce((rest, form) => rest.replaceAll(form, '$1***'), known);
  const line = masked.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > 600 ? `${line.slice(0, 597)}...` : line;
}

/** What looks like a secret though nobody said that it is one. */
const secretForms: readonly RegExp[] = [
  /(\b(?:xox[a-z]|xapp|xwfp)-)[\w-]+/g,
  /(\b(?:gh[a-z]_|github_pat_|whsec_|sk-))[\w+/=-]{6,}/g,
  /(\b(?:Bearer|SSWS) )[\w.~+/=-]{6,}/gi,
  /(\bBasic )[\w+/=-]{16,}/gi,
  /(\b[a-z][a-z0-9+.-]*:\/\/)[^/?#\s@]+(?=@)/gi,
  /((?:token|secret|password|key)(?:=|"\s*:\s*"))[^\s"',;&]+/gi,
  /()\beyJ[\w-]{10,}\.[\w-]+\.[\w-]*/g,
];
