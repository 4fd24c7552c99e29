import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOfOthers } from '../world/company-access.ts';
import { type Card, openProductWorld, type ProductWorld, until, writes } from '../world/product-world.ts';

let world: ProductWorld;
beforeAll(async () => {
  world = await openProductWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());

const acts = () => Object.values(world.doubles).flatMap(writes);

/** A press as Slack would send it, with any value. */
function pressForm(as: string, on: { channel: string; ts: string }, action: { id: string; value: string }) {
  return {
    payload: JSON.stringify({
      type: 'block_actions',
      team: { id: 'T0BRIGHT01', domain: 'brightwater' },
      user: { id: `U0000${as}`, team_id: 'T0BRIGHT01' },
      trigger_id: `1.2.${Math.random()}`,
      channel: { id: on.channel, name: 'offboarding' },
      container: { type: 'message', message_ts: on.ts, channel_id: on.channel, is_ephemeral: false },
      actions: [{ type: 'button', action_id: action.id, block_id: 'b', value: action.value }],
      response_url: world.slack.responseUrl({ userId: `U0000${as}`, channel: on.channel }),
    }),
  };
}

/** What only this person was told last in the channel. */
async function lastTold(as: string): Promise<string> {
  return (await world.seen(as, 'offboarding')).findLast(({ onlyYou }) => onlyYou)?.text ?? '';
}

describe('a yes counts only from whom the policy names, and never for oneself', () => {
  let caseId = '';
  let approveValue = '';
  beforeAll(async () => {
    caseId = await world.open('leo.brandt@brightwater.example');
    approveValue = valueOf(await world.card(caseId), 'Approve…');
  });

  it('the requester hears that somebody else has to decide', async () => {
    const { told } = await world.approve(caseId, '1004');
    expect(told).toContain('You asked for this offboarding, so somebody else has to decide. Nothing was changed.');
  });

  it('a colleague who may not approve hears it, with the way to those who may', async () => {
    const { told } = await world.approve(caseId, '1008');
    expect(told).toContain('You are not an approver. The card names who may decide. Nothing was changed.');
  });

  it('a stranger and the leaver, who do not see the card, hear it when they press it all the same', async () => {
    const card = await world.card(caseId);
    for (const [as, told] of [
      ['1017', 'You are not an approver. The card names who may decide. Nothing was changed.'],
      ['1011', 'This case is about you; you cannot decide on it. Nothing was changed.'],
    ] as const) {
      const press = await world.signed(pressForm(as, card, { id: 'exeunt.case.approve', value: approveValue }));
      expect((await press.send()).status).toBe(200);
      await until(async () => sentTo(`U0000${as}`).includes(told), 3_000);
    }
  });

  it('and the case still waits, untouched', async () => {
    expect((await world.card(caseId)).words).toContain('0 of');
    expect((await world.card(caseId)).words).toContain('Waiting for approval');
    expect(acts()).toEqual([]);
  });

  it('a double click is one yes, and the second is told so', async () => {
    const card = await world.card(caseId);
    const before = sentTo('U00001005').split('\n').length;
    await Promise.all([1, 2, 3].map(() => world.press('1005', card, 'Approve…')));

    await until(() => sentTo('U00001005').split('\n').length >= before + 2, 3_000);
    const told = sentTo('U00001005').split('\n');
    expect(told.filter((text) => text.includes('Your decision is recorded: approved.'))).toHaveLength(1);
    expect(told.filter((text) => /pressed this already|already decided/.test(text))).toHaveLength(2);
    await until(async () => (await world.card(caseId)).words.includes('Retained'));
    expect(acts().filter(({ url }) => url.includes('lifecycle/suspend'))).toHaveLength(1);
    expect((await world.card(caseId)).words.match(/Approved by Selma Novak\./g)).toHaveLength(1);
  });

  it('a click on the button of a decision that is over is told so', async () => {
    const card = await world.card(caseId);
    const old = { id: 'exeunt.case.approve', value: approveValue };
    expect((await (await world.signed(pressForm('1006', card, old))).send()).status).toBe(200);
    await until(async () => (await lastTold('1006')).includes('This was already decided. Nothing was changed.'), 3_000);
  });
});

describe('a request that Slack did not send does nothing', () => {
  let caseId = '';
  let approveValue = '';
  beforeAll(async () => {
    caseId = await world.open('priya.raman@brightwater.example');
    approveValue = valueOf(await world.card(caseId), 'Approve…');
  });

  it('a button value that somebody made up is told so', async () => {
    const before = acts().length;
    const card = await world.card(caseId);
    for (const value of [
      `1.${encode(caseId)}.${encode('a2')}.${encode('x'.repeat(32))}`,
      'x',
      '',
      '{"caseId":"OFF-1"}',
    ]) {
      const press = await world.signed(pressForm('1005', card, { id: 'exeunt.case.approve', value }));
      expect((await press.send()).status).toBe(200);
    }
    await until(async () => (await lastTold('1005')).includes('This button is not one that I showed here.'), 3_000);
    expect((await world.card(caseId)).words).toContain('Waiting for approval');
    expect(acts()).toHaveLength(before);
  });

  it('the value of one button is worth nothing for another, nor in another channel', async () => {
    const card = await world.card(caseId);
    const view = valueOf(card, 'View plan');
    await (await world.signed(pressForm('1005', card, { id: 'exeunt.case.approve', value: view }))).send();
    const elsewhere = { channel: 'D00001005', ts: card.ts };
    await (await world.signed(pressForm('1005', elsewhere, { id: 'exeunt.case.approve', value: approveValue }))).send();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await world.card(caseId)).words).toContain('Waiting for approval');
  });

  it('a forged or missing signature, and one of another time, are refused without a word', async () => {
    const card = await world.card(caseId);
    const press = pressForm('1005', card, { id: 'exeunt.case.approve', value: approveValue });
    expect((await (await world.signed(press, { secret: 'guessed' })).send()).status).toBe(401);
    expect((await (await world.signed(press, { at: Date.now() - 400_000 })).send()).status).toBe(401);
    const bare = await fetch(world.running.eventsUrl, { method: 'POST', body: new URLSearchParams(press) });
    expect(bare.status).toBe(401);
    // From the future: rightly signed, so the person hears it.
    expect((await (await world.signed(press, { at: Date.now() + 400_000 })).send()).status).toBe(200);
    await until(async () => (await lastTold('1005')).includes('more than five minutes apart'), 3_000);
    expect((await world.card(caseId)).words).toContain('Waiting for approval');
  });

  it('a rightly signed request that is sent again does nothing the second time, and answers nothing', async () => {
    const command = {
      command: '/offboard',
      text: 'noah.stein@brightwater.example',
      user_id: 'U00001004',
      team_id: 'T0BRIGHT01',
      channel_id: 'C0OFFBOARD',
      trigger_id: '1.2.3',
      response_url: world.slack.responseUrl({ userId: 'U00001004', channel: 'C0OFFBOARD' }),
    };
    const sent = await world.signed(command);
    const first = await sent.send();
    const again = await sent.send();

    expect(first.text).toContain('is open. The plan follows in a moment.');
    expect(again).toEqual({ status: 200, text: '' });
    const list = (await world.say('1004', 'list')).told;
    expect(list.match(/Noah Stein/g)).toHaveLength(2);
  });
});

it('a click on a card whose plan has changed leads to the current one, and decides nothing', async () => {
  const others = accessOfOthers(world.company, '1022');
  const caseId = await world.open('rui.santos@brightwater.example');
  const card = await world.card(caseId);
  const { okta } = world.company;
  okta.state.groups.set('00gaaalate', { id: '00gaaalate', type: 'OKTA_GROUP', name: 'Late group' });
  okta.state.members.set('00gaaalate/00uaaaaaaaaaa10225d7', { groupId: '00gaaalate', userId: '00uaaaaaaaaaa10225d7' });
  const stale = { id: 'exeunt.case.approve', value: valueOf(card, 'Approve…') };
  await world.approve(caseId);
  await until(async () => (await world.card(caseId)).words.includes('The plan changed'));

  await (await world.signed(pressForm('1006', card, stale))).send();
  await until(async () => (await lastTold('1006')).includes('This card is outdated. Nothing was changed.'), 3_000);
  expect((await world.card(caseId)).words).toContain('Waiting for approval');
  expect(accessOfOthers(world.company, '1022')).toEqual(others);
});

/** The words that the bot sent to where only this member sees them. */
function sentTo(userId: string): string {
  return world.slack.workspace
    .messagesIn('C0OFFBOARD')
    .filter(({ visibleTo }) => visibleTo === userId)
    .map(({ text }) => text)
    .join('\n');
}

function valueOf({ buttons }: Card, label: string): string {
  return buttons.find(({ text }) => text === label)?.value ?? '';
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
