/** The known word that somebody most likely meant, or `undefined` where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = simple(word);
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(plain, simple(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(2, Math.floor(plain.length / 3)) ? best.candidate : undefined;
}

/** `retention_days` and `RetentionDays` are the same word. */
function simple(word: string): string {
  return word
    .slice(0, 60)
    .toLowerCase()
    .replaceAll(/[-_ .]/g, '');
}

/** How many letters must be put in, taken out or changed (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [down, letter] of Array.from(from).entries()) {
    const nextRow = [down + 1];
    for (const [across, other] of Array.from(to).entries()) {
      const changed = (row[across] ?? 0) + (letter === other ? 0 : 1);
      nextRow.push(Math.min(changed, (row[across + 1] ?? 0) + 1, (nextRow[across] ?? 0) + 1));
    }
    row = nextRow;
  }
  return row.at(-1) ?? 0;
}
