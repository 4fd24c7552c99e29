import type { Problem } from './config/problem.ts';

/** Every problem of the settings at once: where, what is wrong, what to write instead. */
export function describeProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'One thing' : `${problems.length} things`;
  const lines = problems.map(({ at, path, what, write }) => `  ${at}${path ? `  ${path}` : ''}\n    ${what} ${write}`);
  return `${count} in the settings must be put right. Nothing was started.\n\n${lines.join('\n')}\n`;
}
