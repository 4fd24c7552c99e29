import { describe, expect, it } from 'vitest';
import { distance, forms, parse, type Command } from '#bot/commands/grammar.ts';

const understood: readonly [string, Command][] = [
  ['', { kind: 'help' }],
  ['   ', { kind: 'help' }],
  ['help', { kind: 'help' }],
  ['HELP', { kind: 'help' }],
  ['whoami', { kind: 'whoami' }],
  ['<@U00001010|dana>', { kind: 'open', who: { kind: 'member', userId: 'U00001010' }, reason: undefined }],
  ['<@U00001010>', { kind: 'open', who: { kind: 'member', userId: 'U00001010' }, reason: undefined }],
  [
    '<@W00001010|dana> left on  Friday',
    { kind: 'open', who: { kind: 'member', userId: 'W00001010' }, reason: 'left on Friday' },
  ],
  [
    'Dana.Reyes@Brightwater.example end of contract',
    { kind: 'open', who: { kind: 'text', text: 'dana.reyes@brightwater.example' }, reason: 'end of contract' },
  ],
  [
    '<mailto:dana@b.example|dana@b.example>',
    { kind: 'open', who: { kind: 'text', text: 'dana@b.example' }, reason: undefined },
  ],
  ['Dana Reyes', { kind: 'openByName', words: ['Dana', 'Reyes'] }],
  ['"Dana Reyes" moved on', { kind: 'open', who: { kind: 'text', text: 'Dana Reyes' }, reason: 'moved on' }],
  ['“Dana Reyes”', { kind: 'open', who: { kind: 'text', text: 'Dana Reyes' }, reason: undefined }],
  // Slack leaves a mention as it was typed where several members have the name, or none has.
  ['@Alex Kim', { kind: 'openByName', words: ['Alex', 'Kim'] }],
  ['@Alex Kim moved on', { kind: 'openByName', words: ['Alex', 'Kim', 'moved', 'on'] }],
  ['@ Alex Kim', { kind: 'openByName', words: ['Alex', 'Kim'] }],
  ['@Lisa', { kind: 'openByName', words: ['Lisa'] }],
  ['@nobody here', { kind: 'openByName', words: ['nobody', 'here'] }],
  [
    '@alex.kim@brightwater.example moved on',
    { kind: 'open', who: { kind: 'text', text: 'alex.kim@brightwater.example' }, reason: 'moved on' },
  ],
  ['status @Alex Kim', { kind: 'status', who: { kind: 'text', text: 'Alex Kim' } }],
  ['Ando Kenji', { kind: 'openByName', words: ['Ando', 'Kenji'] }],
  ['status', { kind: 'status', who: undefined }],
  ['status OFF-1', { kind: 'status', who: { kind: 'text', text: 'OFF-1' } }],
  ['status `OFF-1`', { kind: 'status', who: { kind: 'text', text: 'OFF-1' } }],
  ['status <@U00001010|dana>', { kind: 'status', who: { kind: 'member', userId: 'U00001010' } }],
  ['status Dana Reyes', { kind: 'status', who: { kind: 'text', text: 'Dana Reyes' } }],
  ['list', { kind: 'list', which: 'open' }],
  ['list open', { kind: 'list', which: 'open' }],
  ['List ALL', { kind: 'list', which: 'all' }],
  ['approve OFF-1', { kind: 'approve', caseId: 'OFF-1' }],
  ['reject `OFF-1`', { kind: 'reject', caseId: 'OFF-1' }],
  ['cancel OFF-1', { kind: 'cancel', caseId: 'OFF-1' }],
  ['undo OFF-1', { kind: 'undo', caseId: 'OFF-1' }],
  ['evidence OFF-1', { kind: 'evidence', caseId: 'OFF-1' }],
];

const notUnderstood: readonly [string, string | undefined][] = [
  ['list yesterday', forms.list],
  ['approve', forms.approve],
  ['approve OFF-1 OFF-2', forms.approve],
  ['approve <@U00001010|dana>', forms.approve],
  ['reject ../../etc', forms.reject],
  ['cancel OFF-1;drop', forms.cancel],
  ['whoami now', forms.whoami],
  ['aprove OFF-1', forms.approve],
  ['stauts', forms.status],
  ['<!channel> leaves', undefined],
  ['#general', undefined],
  ['@', undefined],
  ['@<!channel> leaves', undefined],
];

describe('the grammar of /offboard', () => {
  it.each(understood)('reads %j', (text, command) => {
    expect(parse(text)).toEqual(command);
  });

  it.each(notUnderstood)('does not take %j for an order, and offers three forms', (text, form) => {
    const command = parse(text);

    expect(command).toMatchObject({
      kind: 'unknown',
      nearest: [expect.any(String), expect.any(String), expect.any(String)],
    });
    expect(command).toMatchObject({ nearest: expect.arrayContaining(form ? [form] : []) });
  });

  it('refuses a reason that it would have to cut', () => {
    expect(parse(`dana@b.example ${'y'.repeat(301)}`)).toMatchObject({ kind: 'unknown' });
    expect(parse(`dana@b.example ${'y'.repeat(300)}`)).toMatchObject({ kind: 'open' });
    expect(parse('z'.repeat(5000))).toMatchObject({ kind: 'unknown' });
  });

  it('never reads a decision out of other words', () => {
    for (const text of ['please approve OFF-1', 'Dana approve OFF-1', '<@U1|x> approve OFF-1'])
      expect(parse(text).kind).not.toBe('approve');
  });

  it('measures how far two words are apart', () => {
    expect(distance('approve', 'aprove')).toBe(1);
    expect(distance('', 'list')).toBe(4);
    expect(distance('stauts', 'status')).toBe(1);
    expect(distance('ab', 'cd')).toBe(2);
    expect(distance('undo', 'undo')).toBe(0);
  });
});
