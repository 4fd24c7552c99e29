/** What was asked for on the command line. */
export type Command =
  | { readonly name: 'start'; readonly json: boolean }
  | { readonly name: 'check'; readonly json: boolean }
  | { readonly name: 'evidence'; readonly caseId: string }
  | { readonly name: 'help'; readonly problem?: string };

export const usage = `Usage: exeunt [command]

  (nothing)        runs the product: the local world without settings, the real thing with exeunt.yaml
  check            says for each part whether it can be reached with the rights it needs; changes nothing
  evidence CASE    prints the audit trail of one case as JSON
  help             prints this

  --json           with (nothing) and check: one JSON object instead of words
`;

/** Reads the arguments after the program's name. Anything unknown is told, never ignored. */
export function readCommand(words: readonly string[]): Command {
  const flags = words.filter((word) => word.startsWith('-'));
  const [name, ...rest] = words.filter((word) => !word.startsWith('-'));
  if (flags.includes('--help') || flags.includes('-h') || name === 'help') return { name: 'help' };
  const unknown = flags.find((flag) => flag !== '--json');
  if (unknown) return { name: 'help', problem: `There is no option ${unknown}.` };
  const json = flags.includes('--json');
  if (name === undefined || name === 'start') return rest.length === 0 ? { name: 'start', json } : tooMany(rest);
  if (name === 'check') return rest.length === 0 ? { name: 'check', json } : tooMany(rest);
  if (name !== 'evidence') return { name: 'help', problem: `There is no command ${name}.` };
  const [caseId, ...more] = rest;
  if (!caseId) return { name: 'help', problem: 'Name the case whose evidence you want, for example OFF-1.' };
  return more.length === 0 ? { name: 'evidence', caseId } : tooMany(more);
}

function tooMany(words: readonly string[]): Command {
  return { name: 'help', problem: `Nothing is known to do with ${words.join(' ')}.` };
}
