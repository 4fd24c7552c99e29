import { describe, expect, it } from 'vitest';
import { manySteps, step } from './cases.ts';
import { dana, hugo, samir, selma, slackIdOf } from './people.ts';
import { channel, openWorld, type World } from './world.ts';

const told = { id: 'OFF-1:approvalAsked', caseId: 'OFF-1', kind: 'approvalAsked' } as const;

function cards(world: World): readonly string[] {
  return world.slack.workspace
    .messagesIn(channel)
    .filter(({ blocks, threadTs }) => !threadTs && JSON.stringify(blocks).includes('"header"'))
    .map(({ ts }) => ts);
}
function thread(world: World): readonly string[] {
  return world.slack.workspace
    .messagesIn(channel)
    .filter(({ threadTs }) => threadTs)
    .map(({ text }) => text);
}

describe('a notice', () => {
  it('posts the card once, and says its line once, however often the engine asks', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'awaitingApproval' });

    for (let times = 0; times < 3; times += 1) await world.bot.notifier.tell(told);

    expect(cards(world)).toHaveLength(1);
    expect(thread(world)).toEqual(['An approval is needed before anything is done for Dana Reyes.']);
  });

  it('posts one card when many are told at once', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'containing' });

    await Promise.all(
      (['approved', 'suspended', 'needsPerson'] as const).map((kind) => world.engine.tell('OFF-1', kind)),
    );

    expect(cards(world)).toHaveLength(1);
    expect(thread(world)).toHaveLength(3);
  });

  it('tells the requester the outcome, once and in a direct message', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'done', steps: [step(0, { status: 'changed' })] });

    await world.engine.tell('OFF-1', 'done');
    await world.engine.tell('OFF-1', 'done');

    expect(world.slack.workspace.messagesIn(`D${slackIdOf(hugo).slice(1)}`).map(({ text }) => text)).toEqual([
      'Case OFF-1, offboarding of Dana Reyes: The offboarding of Dana Reyes is closed. Access is gone: the only step is proven by a fresh read.',
    ]);
  });

  it('never unfurls a link and never leaves out the text', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'done' });

    await world.engine.tell('OFF-1', 'done');

    const posts = world.slack.calls.filter(({ method }) => method === 'chat.postMessage');
    expect(posts).toHaveLength(3);
    for (const { args } of posts)
      expect(args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false', text: expect.stringMatching(/\.$/) });
  });

  it('stays out of a channel that the person reads', async () => {
    await using world = await openWorld({ members: [selma, samir, dana].map(slackIdOf) });
    world.engine.place('OFF-1', { phase: 'awaitingApproval', steps: manySteps(2, () => ({ status: 'planned' })) });

    await world.bot.notifier.tell(told);

    expect(world.slack.workspace.messagesIn(channel)).toEqual([]);
    expect(world.card('OFF-1').channel).toBe('D00001005');
    expect(world.slack.workspace.messagesIn('D00001006').at(-1)?.text).toContain('/offboard approve OFF-1');
    await world.until(() => world.card('OFF-1').editedTs !== undefined);
    await world.hands.press({ as: slackIdOf(selma), actionId: 'exeunt.case.approve', at: world.card('OFF-1') });
    expect(world.engine.decisions).toHaveLength(1);
  });
});

describe('a change', () => {
  it('edits the card, many changes as few edits, and the last state always lands', async () => {
    await using world = await openWorld({ cardEditsEveryMs: 300 });
    world.engine.place('OFF-1', { phase: 'containing', steps: manySteps(50, () => ({ status: 'planned' })) });
    await world.engine.tell('OFF-1', 'approved');

    for (let proven = 1; proven <= 50; proven += 1) {
      world.engine.place('OFF-1', {
        phase: 'containing',
        steps: manySteps(50, (index) => ({ status: index < proven ? 'changed' : 'planned' })),
      });
      world.bot.notifier.changed('OFF-1');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }

    await world.until(() => world.card('OFF-1').text.includes('50 of 50 proven'));
    const edits = world.slack.calls.filter(({ method }) => method === 'chat.update').length;
    expect(edits).toBeGreaterThanOrEqual(2);
    expect(edits).toBeLessThanOrEqual(5);
  });

  it('lands when the bot is stopped meanwhile', async () => {
    const world = await openWorld({ cardEditsEveryMs: 60_000 });
    world.engine.place('OFF-1', { phase: 'containing' });
    await world.engine.tell('OFF-1', 'approved');
    world.bot.notifier.changed('OFF-1');
    await world.until(() => world.card('OFF-1').editedTs !== undefined);
    world.engine.place('OFF-1', { phase: 'cancelled' });
    world.bot.notifier.changed('OFF-1');
    await new Promise((resolve) => setTimeout(resolve, 20));

    await world.bot.stop();

    expect(world.card('OFF-1').text).toContain('Cancelled.');
    await world.slack.close();
  });

  it('of a card that somebody deleted brings a new card', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'awaitingApproval' });
    await world.bot.notifier.tell(told);
    world.slack.workspace.remove(world.card('OFF-1'));

    world.bot.notifier.changed('OFF-1');

    await world.until(() => cards(world).length === 1 && world.store.cards.get('OFF-1')?.ts === cards(world)[0]);
    expect(cards(world)).toHaveLength(1);
    expect(world.card('OFF-1').text).toContain('A decision is needed');
  });
});

describe('Slack in trouble', () => {
  it.each([
    ['asks to slow down', { kind: 'rateLimited', retryAfterSeconds: 1 }],
    ['fails', { kind: 'serverError' }],
    ['takes the card and loses its answer', { kind: 'lostAnswer' }],
    ['refuses', { kind: 'refused', error: 'account_inactive' }],
  ] as const)('%s: the notice is not lost, and the engine asks again', async (_what, fault) => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'awaitingApproval' });
    world.slack.faults.next(fault, { method: 'chat.postMessage' });

    await expect(world.bot.notifier.tell(told)).rejects.toThrow(/./);
    expect(world.store.cards.size).toBe(0);
    await world.bot.notifier.tell(told);

    expect(thread(world)).toEqual(['An approval is needed before anything is done for Dana Reyes.']);
    // Where the answer was lost there are two cards; only the stored one works.
    const shown = cards(world);
    expect(shown).toHaveLength(fault.kind === 'lostAnswer' ? 2 : 1);
    expect(world.card('OFF-1').ts).toBe(shown.at(-1));
  });

  it('leads from the card whose answer was lost to the one that works', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'awaitingApproval', steps: manySteps(2) });
    world.slack.faults.next({ kind: 'lostAnswer' }, { method: 'chat.postMessage' });
    await expect(world.bot.notifier.tell(told)).rejects.toThrow(/./);
    await world.bot.notifier.tell(told);
    const [lost = ''] = cards(world);

    await world.hands.press({ as: slackIdOf(selma), actionId: 'exeunt.case.approve', at: { channel, ts: lost } });

    expect(world.engine.decisions).toEqual([]);
    await world.until(() => world.privately(slackIdOf(selma)).some((text) => text.includes('This card is outdated.')));
  });

  it('takes the card and not the line: the second try says the line only', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'awaitingApproval' });
    await world.bot.notifier.tell({ ...told, id: 'first' });
    world.slack.faults.next({ kind: 'serverError' }, { method: 'chat.postMessage' });

    await expect(world.bot.notifier.tell({ ...told, id: 'second' })).rejects.toThrow(/./);
    await world.bot.notifier.tell({ ...told, id: 'second' });

    expect(cards(world)).toHaveLength(1);
    expect(thread(world)).toHaveLength(2);
  });

  it('takes no edit for a while: the edit lands later by itself', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'awaitingApproval' });
    await world.bot.notifier.tell(told);
    world.slack.faults.next({ kind: 'serverError' }, { method: 'chat.update', times: 1 });
    world.engine.place('OFF-1', { phase: 'containing' });

    world.bot.notifier.changed('OFF-1');

    await world.until(() => world.card('OFF-1').text.includes('Approved.'));
    expect(world.logged.map(({ message }) => message)).toContain('a card could not be brought up to date');
  });

  it('knows nobody for the moment: nothing is decided, and the person is told', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'awaitingApproval', steps: manySteps(2) });
    await world.bot.notifier.tell(told);
    for (const fault of [
      { kind: 'serverError' },
      { kind: 'rateLimited', retryAfterSeconds: 7 },
      { kind: 'lostAnswer' },
    ] as const) {
      world.slack.faults.next(fault, { method: 'users.info' });
      await world.hands.press({ as: slackIdOf(selma), actionId: 'exeunt.case.approve', at: world.card('OFF-1') });
    }

    expect(world.engine.decisions).toEqual([]);
    await world.until(() => world.privately(slackIdOf(selma)).length === 3);
    for (const text of world.privately(slackIdOf(selma)))
      expect(text).toMatch(/could not be finished.*Reference r-[0-9a-f]{6}/);
  });
});
