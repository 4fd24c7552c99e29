/** A place in exeunt.yaml: keys and positions of a list, from the top. */
export type Path = readonly (string | number)[];

/** One thing in the settings that is not right, for the person who writes them. Never holds a secret. */
export interface Problem {
  /** `exeunt.yaml:12:5` (line and column, both from 1) or `environment SLACK_BOT_TOKEN`. */
  readonly at: string;
  /** `policy.approvals.contain`; empty where the whole file is meant. */
  readonly path: string;
  /** What is wrong, as a sentence. */
  readonly what: string;
  /** What to write instead, with an example. */
  readonly write: string;
}

/** A path as people read it. Keys come from the file: they are bounded and lose what a terminal would obey. */
export function pathText(path: Path): string {
  return path.map((part) => shown(String(part))).join('.');
}

/** Text from a file, fit to be shown on one line. */
export function shown(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
  return plain.length > 60 ? `${plain.slice(0, 57)}...` : plain;
}
