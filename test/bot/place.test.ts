import { describe, expect, it } from 'vitest';
import { dana, ivo, leo, mara, quentin, samir, selma, slackIdOf } from './people.ts';
import { channel, openWorld, type World } from './world.ts';

const direct = (person: Parameters<typeof slackIdOf>[0]) => `D${slackIdOf(person).slice(1)}`;
const inChannel = (world: World) => JSON.stringify(world.slack.workspace.messagesIn(channel));
const allow = 'exeunt.batch.allow';

async function openHeld(members: readonly (typeof dana)[]): Promise<World> {
  const world = await openWorld({ members: members.map(slackIdOf) });
  world.engine.place('OFF-7', { phase: 'held', subject: dana });
  world.engine.place('OFF-8', { phase: 'held', subject: leo });
  world.engine.place('OFF-9', { phase: 'held', subject: samir });
  return world;
}

describe('the card of a batch', () => {
  it('stays out of a channel that somebody reads whom it holds; each approver gets one and may press it', async () => {
    await using world = await openHeld([selma, samir, leo]);
    world.engine.hold('batch-1', ['OFF-7', 'OFF-8']);

    for (const id of ['OFF-7', 'OFF-8', 'OFF-7']) await world.engine.tell(id, 'held');

    expect(inChannel(world)).toBe('[]');
    const copy = `batch-copy:${samir.id}:batch-1`;
    expect([...world.store.cards.keys()]).toEqual(['batch:batch-1', copy]);
    const [first, second] = [world.card('batch:batch-1'), world.card(copy)];
    expect([first.channel, second.channel]).toEqual([direct(selma), direct(samir)]);
    await world.until(
      () => world.card(copy).editedTs !== undefined && world.card('batch:batch-1').editedTs !== undefined,
    );

    await world.hands.press({ as: slackIdOf(selma), actionId: allow, at: first });
    await world.until(() => JSON.stringify(world.card(copy).blocks).includes('1 of 2 approvals given (Selma Novak)'));
    await world.hands.press({ as: slackIdOf(samir), actionId: allow, at: second });

    expect(await world.engine.batch('batch-1')).toMatchObject({ released: true });
    for (const key of ['batch:batch-1', copy]) await world.until(() => world.card(key).text.includes('no longer held'));
  });

  it('leaves the channel, without a name left behind, when it takes somebody who reads it', async () => {
    await using world = await openHeld([selma, samir, leo]);
    world.engine.hold('batch-1', ['OFF-7']);
    await world.engine.tell('OFF-7', 'held');
    expect(inChannel(world)).toContain('Dana Reyes');

    world.engine.hold('batch-1', ['OFF-7', 'OFF-8']);
    world.bot.notifier.changed('OFF-8');
    await world.engine.tell('OFF-8', 'held');

    expect(inChannel(world)).not.toMatch(/Dana Reyes|Leo Brandt|exeunt\.batch/);
    expect(world.card('batch:batch-1').channel).toBe(direct(selma));
    expect(world.slack.workspace.messagesIn(direct(leo))).toEqual([]);
    const shown = world.slack.workspace.messagesIn(direct(selma));
    expect(shown.filter(({ blocks }) => JSON.stringify(blocks).includes(allow))).toHaveLength(1);
  });

  it('is taken from an approver whom the batch holds later', async () => {
    await using world = await openHeld([selma, samir, leo]);
    world.engine.hold('batch-1', ['OFF-7', 'OFF-8']);
    await world.engine.tell('OFF-7', 'held');
    const copy = `batch-copy:${samir.id}:batch-1`;

    world.engine.hold('batch-1', ['OFF-7', 'OFF-8', 'OFF-9']);
    await world.engine.tell('OFF-9', 'held');

    await world.until(() => !JSON.stringify(world.card(copy)).includes('Samir'));
    expect(JSON.stringify(world.slack.workspace.messagesIn(direct(samir)))).not.toMatch(/Samir Haddad|Dana Reyes/);
    await world.until(() => JSON.stringify(world.card('batch:batch-1').blocks).includes('Samir Haddad'));
  });

  it('stays out of the channel when it holds more people than read that', async () => {
    await using world = await openHeld([selma, leo]);
    world.engine.place('OFF-10', { phase: 'held', subject: quentin });
    world.engine.place('OFF-11', { phase: 'held', subject: ivo });
    world.engine.place('OFF-12', { phase: 'held', subject: mara });
    world.engine.hold('batch-1', ['OFF-7', 'OFF-9', 'OFF-10', 'OFF-11', 'OFF-12', 'OFF-8']);

    await world.engine.tell('OFF-7', 'held');

    expect(inChannel(world)).toBe('[]');
    expect(world.card('batch:batch-1').channel).toBe(direct(selma));
    // Slack lets a bot look up few addresses a minute: the fewer readers are compared with the many people.
    const looked = world.slack.calls
      .filter(({ method }) => method === 'users.lookupByEmail')
      .map(({ args }) => args['email']);
    expect(looked).not.toContain(dana.email);
  });
});
