import { describe, expect, it } from 'vitest';
import { createSeal } from '#bot/seal.ts';
import { secret } from '#model/secret.ts';
import { manySteps, step } from './cases.ts';
import { dana, hugo, samir, selma, slackIdOf } from './people.ts';
import { channel, openWorld, type PressedButton, type World } from './world.ts';

const hugoId = slackIdOf(hugo);
const selmaId = slackIdOf(selma);
const samirId = slackIdOf(samir);
const danaId = slackIdOf(dana);

/** A world with one case that waits for approval, and its approve button. */
async function openAsked(): Promise<World & { readonly button: PressedButton }> {
  const world = await openWorld();
  world.engine.place('OFF-1', { phase: 'awaitingApproval', steps: manySteps(4, () => ({ status: 'planned' })) });
  await world.engine.tell('OFF-1', 'approvalAsked');
  const button = {
    actionId: 'exeunt.case.approve',
    value: world.valueOf('OFF-1', 'exeunt.case.approve'),
    ts: world.card('OFF-1').ts,
  };
  return Object.assign(world, { button });
}

/** Presses and waits for what the person is told. */
async function press(
  world: World,
  as: string,
  button: PressedButton,
  more: Record<string, unknown> = {},
): Promise<string> {
  const before = world.privately(as).length;
  await world.send(world.pressForm(as, button, more));
  await world.until(() => world.privately(as).length > before);
  return world.privately(as).at(-1) ?? '';
}

describe('who may press a button', () => {
  it('is an approver, and the press counts', async () => {
    await using world = await openAsked();

    expect(await press(world, selmaId, world.button)).toBe('Your decision is recorded: approved.');
    expect(world.engine.decisions).toHaveLength(1);
  });

  it.each([
    ['the requester', hugoId, 'You asked for this offboarding, so somebody else has to decide.'],
    ['somebody who is no approver', slackIdOf({ id: '1008' }), 'You are not an approver.'],
    ['a guest', 'U0GUEST', 'Guests cannot use this bot.'],
    ['somebody the people source does not know', 'U0UNLINKED', 'I do not know which person of the company you are'],
  ])('is not %s', async (_who, userId, sentence) => {
    await using world = await openAsked();

    expect(await press(world, userId, world.button)).toContain(sentence);

    expect(world.engine.decisions).toEqual([]);
    expect(world.card('OFF-1').text).toContain('A decision is needed');
  });

  it('is not the person who leaves, even in the channel', async () => {
    await using world = await openAsked();

    await world.send(world.pressForm(danaId, world.button));

    expect(world.engine.decisions).toEqual([]);
    await world.until(() => world.engine.asked.includes('decide'));
  });

  it('is nobody of another workspace, wherever the click says it comes from', async () => {
    await using world = await openAsked();
    const foreign = 'U0EVIL';

    for (const more of [
      { user: { id: foreign, team_id: 'T0OTHER' } },
      { user: { id: selmaId, team_id: 'T0OTHER' } },
      { user: { id: selmaId, team_id: 'T0BRIGHT01' }, team: { id: 'T0OTHER' } },
      { user: { id: selmaId }, team: null },
      { user: { id: foreign, team_id: 'T0BRIGHT01' } },
    ])
      await world.send(world.pressForm(selmaId, world.button, more));

    expect(world.engine.asked).toEqual([]);
    await world.until(() => world.privately(selmaId).length === 5);
    for (const text of world.privately(selmaId)) expect(text).toContain('its own workspace only. Nothing was changed.');
  });

  it('is nobody whose account was deactivated a moment ago', async () => {
    await using world = await openAsked();
    await world.hands.say({ as: selmaId, text: '/offboard whoami', channel });
    const member = world.slack.workspace.member(selmaId);
    world.slack.workspace.setMember({ ...member!, deleted: true });

    expect(await press(world, selmaId, world.button)).toContain('Your Slack account is deactivated');
    expect(world.engine.decisions).toEqual([]);
  });

  it('is no bot', async () => {
    await using world = await openAsked();

    await world.send(world.pressForm('U0EXEUNT01', world.button));

    expect(world.engine.asked).toEqual([]);
    expect(world.logged).toContainEqual({ message: 'a member was refused', data: { userId: 'U0EXEUNT01' } });
  });
});

describe('a request', () => {
  it('counts once, however often it is sent', async () => {
    await using world = await openAsked();
    const form = world.pressForm(selmaId, world.button);
    const atSeconds = Math.floor(Date.now() / 1000);

    const statuses = [
      await world.send(form, { atSeconds }),
      await world.send(form, { atSeconds }),
      await world.send(form, { atSeconds }),
    ];

    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(world.engine.asked).toEqual(['decide']);
    expect(world.logged.filter(({ message }) => message === 'a request came twice and was dropped')).toHaveLength(2);
  });

  it.each([
    ['from six minutes ago', -360],
    ['from six minutes ahead', 360],
    ['from an hour ahead', 3600],
  ])('%s changes nothing, even when it is signed', async (_when, seconds) => {
    await using world = await openAsked();

    await world.send(world.pressForm(selmaId, world.button), { atSeconds: Math.floor(Date.now() / 1000) + seconds });

    expect(world.engine.asked).toEqual([]);
    expect(world.card('OFF-1').text).toContain('A decision is needed');
  });

  it.each([
    ['signed with another secret', { signedWith: 'wrong' }],
    ['with a signature of nothing', { signature: 'v0=' }],
    ['with a made-up signature', { signature: `v0=${'0'.repeat(64)}` }],
  ])('%s is refused and changes nothing', async (_how, forgery) => {
    await using world = await openAsked();

    const { status } = await world.send(world.pressForm(selmaId, world.button), forgery);

    expect(status).toBe(401);
    expect(world.engine.asked).toEqual([]);
  });

  it('that is larger than Slack sends is refused unread', async () => {
    await using world = await openAsked();

    const { status } = await world.send({ payload: 'x'.repeat(300_000) });

    expect(status).toBe(413);
  });

  it.each([
    ['a body of nonsense', { payload: '{"type":"block_actions","user":7,"team":{"id":"T0BRIGHT01"}}' }],
    [
      'a button without an action',
      {
        payload:
          '{"type":"block_actions","user":{"id":"U00001005","team_id":"T0BRIGHT01"},"team":{"id":"T0BRIGHT01"},"actions":[]}',
      },
    ],
  ])('with %s changes nothing and stops nothing', async (_what, form) => {
    await using world = await openAsked();

    await world.send(form);

    expect(world.engine.asked).toEqual([]);
    expect(await press(world, selmaId, world.button)).toContain('Your decision is recorded');
  });
});

describe('a button', () => {
  const forge = (action: string, where: string, caseId: string, ref: string, key = 'another secret') =>
    createSeal(secret(key)).sign(action, where, { caseId, ref });

  it.each<[string, (world: World & { button: PressedButton }) => PressedButton]>([
    ['signed by somebody else', ({ button }) => ({ ...button, value: forge(button.actionId, channel, 'OFF-1', 'a2') })],
    ['with a changed signature', ({ button }) => ({ ...button, value: `${button.value.slice(0, -2)}AA` })],
    ['without a value', ({ button }) => ({ ...button, value: '' })],
    ['with a value that is no value', ({ button }) => ({ ...button, value: '1...' })],
    ['of another action', (world) => ({ ...world.button, value: world.valueOf('OFF-1', 'exeunt.case.cancel') })],
    [
      'whose reference was put onto another case',
      ({ button }) => ({
        ...button,
        value: button.value.replace(/^1\.[^.]+/, `1.${Buffer.from('OFF-2').toString('base64url')}`),
      }),
    ],
  ])('%s is worth nothing', async (_what, change) => {
    await using world = await openAsked();
    world.engine.place('OFF-2', { phase: 'awaitingApproval' });

    expect(await press(world, selmaId, change(world))).toContain('not one that I showed here. Nothing was changed.');

    expect(world.engine.asked).toEqual([]);
  });

  it('that was carried into another channel is worth nothing', async () => {
    await using world = await openAsked();
    const dm = world.slack.workspace.post({ channel: 'D00001005', user: 'U0EXEUNT01', text: 'copy' });

    await world.send(world.pressForm(selmaId, { ...world.button, channel: 'D00001005', ts: dm.ts }));

    expect(world.engine.asked).toEqual([]);
  });

  it('of an earlier approval decides nothing and leads to the current card', async () => {
    await using world = await openAsked();
    world.engine.place('OFF-1', {
      phase: 'awaitingApproval',
      state: {
        approval: {
          id: 'a9',
          kind: 'contain',
          planHash: 'b'.repeat(64),
          needed: 1,
          askedAt: '2026-11-25T09:00:00.000Z',
          expiresAt: '2026-11-26T09:00:00.000Z',
          votes: [],
        },
      },
    });

    expect(await press(world, selmaId, world.button)).toContain(
      'This card is outdated. Nothing was changed. Here is the current one.',
    );

    expect(world.engine.decisions).toEqual([]);
    await world.until(() => world.valueOf('OFF-1', 'exeunt.case.approve') !== world.button.value);
  });

  it('on a card that is not the stored one decides nothing', async () => {
    await using world = await openAsked();
    const copy = world.slack.workspace.post({ channel, user: 'U0EXEUNT01', text: 'an older card' });

    expect(await press(world, selmaId, { ...world.button, ts: copy.ts })).toContain('This card is outdated.');

    expect(world.engine.decisions).toEqual([]);
  });

  it('whose yes means something else by now is asked for again', async () => {
    await using world = await openAsked();
    const cancel = {
      ...world.button,
      actionId: 'exeunt.case.cancel',
      value: world.valueOf('OFF-1', 'exeunt.case.cancel'),
    };
    world.engine.place('OFF-1', { phase: 'containing', steps: [step(0)] });

    expect(await press(world, selmaId, cancel)).toContain('This card is outdated. Nothing was changed.');

    expect(world.engine.asked).toEqual([]);
  });

  it('that nobody knows is answered all the same', async () => {
    await using world = await openAsked();

    expect(await press(world, selmaId, { ...world.button, actionId: 'somebody.elses' })).toContain(
      'I do not know this button any more',
    );
    expect(await press(world, selmaId, { ...world.button, actionId: '__proto__' })).toContain(
      'I do not know this button any more',
    );
  });

  it('pressed twenty times at once is one decision, and every press is answered', async () => {
    await using world = await openAsked();
    world.engine.slowMs = 50;

    await Promise.all(Array.from({ length: 20 }, () => world.send(world.pressForm(selmaId, world.button))));
    await world.until(() => world.privately(selmaId).length === 20);

    expect(world.engine.asked).toEqual(['decide']);
    expect(world.engine.decisions).toHaveLength(1);
    expect(world.privately(selmaId).filter((text) => text.includes('pressed this already'))).toHaveLength(19);
  });

  it('counts once for each of two people', async () => {
    await using world = await openWorld();
    world.engine.place('OFF-1', { phase: 'awaitingApproval' });
    const { approval } = (await world.engine.case('OFF-1'))!.offboarding.state;
    world.engine.place('OFF-1', { phase: 'awaitingApproval', state: { approval: { ...approval!, needed: 2 } } });
    await world.engine.tell('OFF-1', 'approvalAsked');
    const button = {
      actionId: 'exeunt.case.approve',
      value: world.valueOf('OFF-1', 'exeunt.case.approve'),
      ts: world.card('OFF-1').ts,
    };

    await press(world, selmaId, button);
    await world.until(() => JSON.stringify(world.card('OFF-1').blocks).includes('1 of 2 approvals given'));
    await press(world, samirId, button);

    expect(world.engine.decisions.map(({ by }) => by)).toEqual([selma.id, samir.id]);
  });
});

describe('trouble behind the button', () => {
  it('gives the press back when the engine cannot be reached', async () => {
    await using world = await openAsked();
    world.engine.trouble = 'unavailable';
    expect(await press(world, selmaId, world.button)).toContain('The engine cannot be reached just now.');

    world.engine.trouble = 'none';
    expect(await press(world, selmaId, world.button)).toContain('Your decision is recorded');
  });

  it('is told with a reference, and the log holds the reference and no name', async () => {
    await using world = await openAsked();
    world.engine.trouble = 'throws';

    const told = await press(world, selmaId, world.button);

    const reference = /r-[0-9a-f]{6}/.exec(told)?.[0];
    expect(told).toContain('nothing was changed');
    const line = world.logged.find(({ message }) => message === 'a request failed');
    expect(JSON.stringify(line)).toContain(reference);
    expect(JSON.stringify(world.logged)).not.toMatch(/Dana|Reyes|Selma|brightwater\.example|xoxb|secret-of/);
    world.engine.trouble = 'none';
    expect(await press(world, selmaId, world.button)).toContain('Your decision is recorded');
  });

  it('is told in the form when the form failed', async () => {
    await using world = await openAsked();
    const { view } = await world.hands.press({ as: selmaId, actionId: 'exeunt.case.reject', at: world.card('OFF-1') });
    world.engine.trouble = 'throws';

    const done = await world.hands.submit({
      as: selmaId,
      viewId: view?.id ?? '',
      values: { reason: { reason: 'no' } },
    });

    expect(JSON.stringify(done.view?.view)).toMatch(/nothing was changed.*r-[0-9a-f]{6}/);
  });

  it('is answered before a slow engine has answered, and the answer follows', async () => {
    await using world = await openAsked();
    world.engine.slowMs = 2_700;

    const { status, text } = await world.send(world.commandForm(hugoId, '<@U00001011|leo>'));

    expect(status).toBe(200);
    expect(text).toContain('Working on it. The answer follows here.');
    expect(world.privately(hugoId)).not.toContain('Case OFF-1 is open.');
    await world.until(() => world.privately(hugoId).includes('Case OFF-1 is open.'));
  });
});
