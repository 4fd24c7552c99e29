import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessOfOthers } from '../world/company-access.ts';
import { openProductWorld, type ProductWorld, until, wordsOf, writes } from '../world/product-world.ts';

let world: ProductWorld;
beforeAll(async () => {
  world = await openProductWorld();
});
afterAll(async () => world[Symbol.asyncDispose]());

/** Nothing was opened, nothing was written anywhere, and no card came. */
async function nothingHappened(): Promise<void> {
  expect((await world.say('1004', 'list all')).told).toContain('There is no offboarding');
  expect(Object.values(world.doubles).flatMap(writes)).toEqual([]);
  expect((await world.seen('1005', 'offboarding')).filter(({ onlyYou }) => !onlyYou)).toEqual([]);
}

describe('whoever asks for what cannot be is told what happened and what to do, and nothing is opened', () => {
  it.each([
    [
      'a person nobody knows',
      'Nobody Known',
      'The people source knows nobody called "Nobody Known". Nothing was changed. Name the person by their company address',
    ],
    [
      'an address nobody has',
      'ghost@brightwater.example',
      'knows nobody called "ghost@brightwater.example". Nothing was changed.',
    ],
    ['nothing at all', '', 'What I understand'],
    ['a call to everybody', '<!channel>', 'Nothing was changed.'],
    ['a link', '<https://evil.example|Dana Reyes>', 'Nothing was changed.'],
    [
      'SQL',
      "'; DROP TABLE identities; --",
      'knows nobody called "\'; DROP TABLE identities; --". Nothing was changed.',
    ],
    ['an operator of the store', '$ne', 'knows nobody called "$ne". Nothing was changed.'],
    ['an object of the store', '{"$ne":null}', 'knows nobody called "{"$ne":null}". Nothing was changed.'],
    ['a pattern', '.*', 'knows nobody called ".*". Nothing was changed.'],
    ['a protected person', 'Grace Okafor', 'This identity is protected by the policy. Nothing was opened.'],
    ['oneself', 'Hugo Marchetti', 'You cannot offboard yourself. Ask somebody of the People team.'],
    ['a slip of the fingers', 'aprove OFF-1', '/offboard approve CASE'],
    ['a case that is not there', 'approve OFF-999', 'There is no such case that you may see. Nothing was changed.'],
  ])('%s', async (_what, text, told) => {
    expect((await world.say('1004', text)).told).toContain(told);
    await nothingHappened();
  });

  it('a person two of whom exist is shown both, with what tells them apart', async () => {
    const answer = await world.say('1004', 'Alex Kim last day');
    expect(answer.told).toContain('Nothing was opened yet; choose who leaves.');
    expect(answer.told).toContain('Account Executive · Sales · alex.kim@brightwater.example');
    expect(answer.told).toContain('Support Engineer · Support · alex.kim2@brightwater.example');
    await nothingHappened();
  });

  it('a part of a name is shown as a question, also where only one person fits', async () => {
    expect((await world.say('1004', 'Dana')).told).toContain('Nothing was opened yet; choose who leaves.');
    await nothingHappened();
  });

  it('somebody whom the policy does not name may not start one', async () => {
    const { told } = await world.say('1017', 'dana.reyes@brightwater.example', '');
    expect(told).toContain('You may not start an offboarding. Nothing was opened. The policy names who may');
    await nothingHappened();
  });

  it.each([
    ['5,000 characters', 'x'.repeat(5_000), '/offboard'],
    ['5,000 characters behind an address', `dana.reyes@brightwater.example ${'x'.repeat(5_000)}`, '/offboard'],
    ['control characters', 'da\u0000na\u001b[31m\u202e\u0007', 'Nothing was changed.'],
    ['half a character', '\ud800', 'Nothing was changed.'],
  ])('%s, which no client would send', async (_what, text, told) => {
    const sent = await world.signed(commandForm(text));
    const { status, text: answer } = await sent.send();
    expect(status).toBe(200);
    expect(answer).toContain(told);
    expect(answer.length).toBeLessThan(4_000);
    // Nothing that a terminal or a reader's eye would obey comes back.
    expect(/[\p{Cc}\u202e]/u.test(JSON.parse(answer).text)).toBe(false);
    await nothingHappened();
  });

  it('what came back calls nobody and links nowhere', async () => {
    const answer = await world.say('1004', '<!channel> <https://evil.example|click> <@U00001001>');
    for (const { text, blocks } of answer.messages) {
      expect(text).not.toMatch(/<!|<https?:|<@/);
      expect(JSON.stringify(blocks)).not.toMatch(/"type":"mrkdwn"[^}]*<(!|https?:\/\/evil|@)/);
    }
    await nothingHappened();
  });
});

describe('two people who ask for the same leaver', () => {
  it('get one case, and the second is led to it', async () => {
    const caseId = await world.open('bianca.rossi@brightwater.example');
    const second = await world.say('1003', 'bianca.rossi@brightwater.example me too');

    expect(second.told).toContain(
      `There is already an open case for this person: ${caseId}. You joined it; nothing was opened twice.`,
    );
    expect(wordsOf(second.messages)).toContain('Its card');
    expect((await world.say('1004', 'list')).told).toContain('1 case, open:');
  });

  it('get one case also when they ask in the same moment', async () => {
    const answers = await Promise.all(
      ['1003', '1004', '1007', '1008', '1005', '1006'].map((as) => world.say(as, 'felix.amari@brightwater.example')),
    );
    const ids = new Set(answers.map(({ told }) => /OFF-\d+/.exec(told)?.[0]));
    expect(ids.size).toBe(1);
    expect(answers.filter(({ told }) => told.includes('You joined it'))).toHaveLength(5);
  });
});

it('cancelling before the approval closes the case with nothing done, and a new one can be opened', async () => {
  const before = accessOfOthers(world.company);
  const caseId = await world.open('olga.wirth@brightwater.example');
  const cancelled = await world.press('1004', await world.card(caseId), 'Cancel…');

  expect(cancelled.told).toContain('The case is being cancelled. What was changed, if anything was, is given back.');
  await until(async () =>
    (await world.card(caseId)).words.includes('Cancelled. Nothing was changed. The case is closed.'),
  );
  expect((await world.card(caseId)).buttons.map(({ text }) => text)).toEqual(['View plan', 'Evidence']);
  expect(accessOfOthers(world.company)).toEqual(before);
  expect(Object.values(world.doubles).flatMap(writes)).toEqual([]);

  const again = await world.open('olga.wirth@brightwater.example');
  expect(again).not.toBe(caseId);
});

function commandForm(text: string): Record<string, string> {
  return {
    command: '/offboard',
    text,
    user_id: 'U00001004',
    team_id: 'T0BRIGHT01',
    channel_id: 'C0OFFBOARD',
    trigger_id: '1.2.3',
    response_url: `${world.slack.apiUrl}none`,
  };
}
