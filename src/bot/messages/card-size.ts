/** How many lines of each list a card shows, how long a line may be, and how many steps have a button of their own. */
export interface Size {
  readonly lines: number;
  readonly line: number;
  readonly sections: number;
}

/** The first lines of a list, and how many are not shown. */
export function cut(lines: readonly string[], size: Pick<Size, 'lines'>, many: string): readonly string[] {
  if (lines.length <= size.lines) return lines;
  return [...lines.slice(0, size.lines), `… and ${lines.length - size.lines} more ${many}: View plan`];
}
