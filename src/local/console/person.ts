/** Somebody whom the console can act as. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly title: string;
  readonly department: string;
  readonly slackId: string;
}

export type FoundPerson =
  | { readonly kind: 'one'; readonly person: Person }
  /** Several people have this name. */
  | { readonly kind: 'many'; readonly people: readonly Person[] }
  | { readonly kind: 'none'; readonly nearest: readonly Person[] };

/** Finds a person by id, Slack id, address, `@handle` or full name. Never guesses: a near miss is named, not taken. */
export function findPerson(text: string, people: readonly Person[]): FoundPerson {
  const wanted = text.trim().toLowerCase().replace(/^@/, '');
  const exact = people.filter(({ id, slackId, email }) =>
    [id, slackId, email, email.split('@')[0] ?? ''].some((label) => label.toLowerCase() === wanted),
  );
  const named = exact.length > 0 ? exact : people.filter(({ name }) => name.toLowerCase() === wanted);
  const [person] = named;
  if (person && named.length === 1) return { kind: 'one', person };
  if (named.length > 1) return { kind: 'many', people: named };
  return { kind: 'none', nearest: nearest(wanted, people) };
}

function nearest(wanted: string, people: readonly Person[]): readonly Person[] {
  const near = people.map((person) => {
    const labels = [person.id, person.name, person.email, ...person.name.split(' ')];
    return { person, far: Math.min(...labels.map((label) => distance(wanted.slice(0, 60), label.toLowerCase()))) };
  });
  return near
    .sort((one, other) => one.far - other.far)
    .slice(0, 3)
    .map(({ person }) => person);
}

/** How many letters must change (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of Array.from(one).entries()) {
    const next = [at + 1];
    for (const [index, wanted] of Array.from(other).entries())
      next.push(
        Math.min((next[index] ?? 0) + 1, (row[index + 1] ?? 0) + 1, (row[index] ?? 0) + (letter === wanted ? 0 : 1)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
