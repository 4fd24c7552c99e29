import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const Described = z.object({
  required: z.array(z.string()),
  args: z.record(z.string(), z.string()),
  errors: z.array(z.string()),
});
export type Description = Readonly<Record<string, z.output<typeof Described>>>;

const file = new URL('../../../../shared/openapi/slack-methods.json', import.meta.url);

/** Slack's own description of its methods; `undefined`, with a printed line, where it is not on this machine. */
export function slackMethods(): Description | undefined {
  if (existsSync(file)) return z.record(z.string(), Described).parse(JSON.parse(readFileSync(file, 'utf8')));
  console.log(
    "skipped: Slack's description of its methods is not on this machine (../shared/openapi/slack-methods.json)",
  );
  return undefined;
}

/** What is wrong with calls, by Slack's description: missing and unknown arguments, one line each. */
export function faultsOfCalls(
  calls: readonly { readonly method: string; readonly args: Readonly<Record<string, unknown>> }[],
  description: Description,
): readonly string[] {
  return calls.flatMap(({ method, args }) => {
    const described = description[method];
    if (!described) return [];
    const missing = described.required.filter((name) => args[name] === undefined);
    const unknown = Object.keys(args).filter((name) => described.args[name] === undefined);
    return [
      ...missing.map((name) => `${method}: ${name} is missing`),
      ...unknown.map((name) => `${method}: ${name} is unknown`),
    ];
  });
}
