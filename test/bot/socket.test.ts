import { describe, expect, it } from 'vitest';
import { createBot } from '#bot/bot.ts';
import { secret } from '#model/secret.ts';
import { memoryStore } from './memory-store.ts';
import { hugo, selma, slackIdOf } from './people.ts';
import { openSocketSlack } from './socket-slack.ts';
import { channel, openWorld, team } from './world.ts';

async function openSocketWorld() {
  const world = await openWorld();
  const socket = await openSocketSlack(world.slack);
  const logged: unknown[] = [];
  const bot = createBot({
    engine: world.engine,
    settings: {
      mode: 'socket',
      botToken: secret('xoxb-of-the-tests'),
      appToken: secret('xapp-of-the-tests'),
      channel,
      teams: [team.id],
      apiUrl: socket.apiUrl,
      host: '127.0.0.1',
      port: 0,
      cardEditsEveryMs: 10,
    },
    store: memoryStore(),
    buttonSecret: secret('button-secret-of-the-tests'),
    now: Date.now,
    log: (message, data) => void logged.push({ message, data }),
  });
  await bot.start();
  world.engine.notifier = bot.notifier;
  return {
    ...world,
    bot,
    socket,
    logged,
    async [Symbol.asyncDispose]() {
      await bot.stop();
      await socket.close();
      await world[Symbol.asyncDispose]();
    },
  };
}

describe('the bot in socket mode', () => {
  it('answers a command in its acknowledgement, without a public address', async () => {
    await using world = await openSocketWorld();

    const answer = await world.socket.deliver(
      'slash_commands',
      world.commandForm(slackIdOf(hugo), '<@U00001010|dana>'),
    );

    expect(answer).toMatchObject({ response_type: 'ephemeral', text: 'Case OFF-1 is open.' });
    expect(world.bot.eventsUrl).toBeUndefined();
  });

  it('takes an envelope once, however often it comes', async () => {
    await using world = await openSocketWorld();
    const form = world.commandForm(slackIdOf(hugo), '<@U00001010|dana>');

    await world.socket.deliver('slash_commands', form, 'envelope-1');
    await world.socket.deliver('slash_commands', form, 'envelope-1');

    expect(world.engine.asked).toEqual(['open']);
    expect(world.logged).toContainEqual({ message: 'a request came twice and was dropped', data: undefined });
  });

  it('refuses another workspace there too', async () => {
    await using world = await openSocketWorld();

    const answer = await world.socket.deliver(
      'slash_commands',
      world.commandForm(slackIdOf(selma), 'list', { team_id: 'T0OTHER' }),
    );

    expect(answer).toMatchObject({ text: expect.stringContaining('its own workspace only') });
  });
});
