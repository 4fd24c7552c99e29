import { describe, expect, it } from 'vitest';
import { faultsOfBlocks, faultsOfView } from '#local/slack/limits.ts';
import { withMentions } from '#local/slack/mentions.ts';
import { alexes, card, dana, form, hugo, selma } from './small-app.ts';

const text = (length: number, type = 'mrkdwn') => ({ type, text: 'x'.repeat(length) });
const button = { type: 'button', action_id: 'a', text: text(5, 'plain_text') };
const times = (count: number, value: unknown) => Array.from({ length: count }, () => value);
const options = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ text: text(3, 'plain_text'), value: String(index) }));

describe('the limits of Block Kit', () => {
  it('take the cards and forms of the small app', () => {
    expect(faultsOfBlocks(card('somebody'), 'message')).toEqual([]);
    expect(faultsOfView(form('Why?'), 'modal')).toEqual([]);
  });

  it.each([
    ['a section of 3000', [{ type: 'section', text: text(3000) }]],
    ['ten fields of 2000', [{ type: 'section', fields: times(10, text(2000)) }]],
    ['a header of 150', [{ type: 'header', text: text(150, 'plain_text') }]],
    ['fifty blocks', times(50, { type: 'divider' })],
    ['five overflow options', [{ type: 'actions', elements: [{ type: 'overflow', options: options(5) }] }]],
  ])('take %s', (_name, blocks) => {
    expect(faultsOfBlocks(blocks, 'message')).toEqual([]);
  });

  it.each([
    ['a section of 3001', [{ type: 'section', text: text(3001) }]],
    ['an empty section', [{ type: 'section' }]],
    ['empty text', [{ type: 'section', text: text(0) }]],
    ['eleven fields', [{ type: 'section', fields: times(11, text(1)) }]],
    ['a header of 151', [{ type: 'header', text: text(151, 'plain_text') }]],
    ['a header in mrkdwn', [{ type: 'header', text: text(5) }]],
    ['fifty-one blocks', times(51, { type: 'divider' })],
    ['a block nobody knows', [{ type: 'nonsense' }]],
    ['a property nobody knows', [{ type: 'divider', colour: 'red' }]],
    ['six overflow options', [{ type: 'actions', elements: [{ type: 'overflow', options: options(6) }] }]],
    ['eleven checkboxes', [{ type: 'actions', elements: [{ type: 'checkboxes', options: options(11) }] }]],
    [
      '26 elements',
      [{ type: 'actions', elements: Array.from({ length: 26 }, (_, id) => ({ ...button, action_id: `${id}` })) }],
    ],
    ['a value of 2001', [{ type: 'actions', elements: [{ ...button, value: 'x'.repeat(2001) }] }]],
    ['a button text of 76', [{ type: 'actions', elements: [{ ...button, text: text(76, 'plain_text') }] }]],
    ['an action id of 256', [{ type: 'actions', elements: [{ ...button, action_id: 'x'.repeat(256) }] }]],
    ['two elements with one action id', [{ type: 'actions', elements: [button, button] }]],
    ['two blocks with one id', times(2, { type: 'divider', block_id: 'same' })],
    ['eleven parts of context', [{ type: 'context', elements: times(11, text(1)) }]],
  ])('refuse %s, with a reason that points to it', (_name, blocks) => {
    expect(faultsOfBlocks(blocks, 'message')[0]).toMatch(/^\[ERROR\] .+ \[json-pointer:\/blocks/);
  });

  it.each([
    ['a title of 25', { ...form('?'), title: text(25, 'plain_text') }],
    ['private metadata of 3001', { ...form('?'), private_metadata: 'x'.repeat(3001) }],
    ['fields without submit', { ...form('?'), submit: undefined }],
    ['101 blocks', { ...form('?'), blocks: times(101, { type: 'divider' }) }],
    ['a table', { ...form('?'), blocks: [{ type: 'table', rows: [[{ type: 'raw_text', text: 'x' }]] }] }],
    ['a home tab as a modal', { type: 'home', blocks: [] }],
  ])('refuse a modal with %s', (_name, view) => {
    expect(faultsOfView(view, 'modal')).not.toEqual([]);
  });
});

describe('mentions', () => {
  const members = [hugo, selma, dana, ...alexes];
  it.each([
    ['@Dana Reyes', '<@U00001010|dana.reyes>'],
    ['@dana reyes now', '<@U00001010|dana.reyes> now'],
    ['@dana.reyes@brightwater.example', '<@U00001010|dana.reyes>'],
    ['dana.reyes@brightwater.example', '<@U00001010|dana.reyes>'],
    ['@dana.reyes.', '<@U00001010|dana.reyes>.'],
    ['@Alex Kim', '@Alex Kim'],
    ['@alex.kim2', '<@U00001019|alex.kim2>'],
    ['@Dana Reyesson', '@Dana Reyesson'],
    ['xdana.reyes@brightwater.example', 'xdana.reyes@brightwater.example'],
    ['<@U00001010|x> & <!channel>', '&lt;@U00001010|x&gt; &amp; &lt;!channel&gt;'],
  ])('%s becomes %s', (written, sent) => {
    expect(withMentions(written, members)).toBe(sent);
  });
});
