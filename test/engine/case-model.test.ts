import fc from 'fast-check';
import { expect, it } from 'vitest';
import { imagine, type Weather } from './case-world.ts';

type World = ReturnType<typeof imagine>;

const weather = fc.constantFrom<Weather>('fine', 'fine', 'fine', 'down', 'lies', 'refuses', 'answerLost');
const person = fc.constantFrom('sec', 'cto', 'it');

/** What may happen next, whether it makes sense or not: late clicks, repeated timers, cancels in the middle of a wave. */
const happening = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.nat(5), weather).map(
      ([index, how]) =>
        (world: World) =>
          world.carryOut(index, how),
    ),
  },
  { weight: 3, arbitrary: person.map((by) => (world: World) => world.decide(by, 'approved')) },
  { weight: 1, arbitrary: person.map((by) => (world: World) => world.decide(by, 'rejected')) },
  {
    weight: 1,
    arbitrary: fc.tuple(person, fc.nat(9)).map(
      ([by, n]) =>
        (world: World) =>
          world.decide(by, 'approved', `a${n}`),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('github', 'google').map((id) => (world: World) => world.discover(id)) },
  {
    weight: 1,
    arbitrary: fc.nat(20).map((n) => (world: World) => {
      const ids = Object.keys(world.state.steps);
      world.tell({ kind: 'tryAgain', stepId: ids[n % Math.max(1, ids.length)], by: 'it' });
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('cancelled', 'undone').map((kind) => (world: World) => world.tell({ kind, by: 'sec' })),
  },
);

it('does nothing without a yes, claims nothing that is not so, and always comes to an end', () => {
  let closed = 0;
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const world = imagine(['okta', 'scim']);
      world.tell({ kind: 'opened' });
      for (const happen of happenings) happen(world);
      const ended = world.calm();
      if (ended) closed++;
      const { phase, steps } = world.state;
      if (!ended)
        throw new Error(
          `it stands still in ${phase}: ${JSON.stringify(Object.fromEntries(Object.entries(steps).map(([id, step]) => [id, step.status])))}`,
        );
      expect(world.broken).toEqual([]);
    }),
    { numRuns: 3_000, endOnFailure: false },
  );
  expect(closed).toBe(3_000);
});
