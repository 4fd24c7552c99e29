import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHands, type Hands } from '#local/slack/hands.ts';
import type { SlackDouble } from '#local/slack/slack.ts';
import { dana, hugo, openSmallApp, openTestSlack, selma } from './small-app.ts';

let slack: SlackDouble;
let app: Awaited<ReturnType<typeof openSmallApp>>;
let hands: Hands;

beforeEach(async () => {
  slack = await openTestSlack();
  app = await openSmallApp(slack);
  hands = createHands({ slack, eventsUrl: app.eventsUrl, patienceMs: 1500 });
});
afterEach(async () => {
  await app.close();
  await slack.close();
});

describe('a person in the Slack double, in front of a real Bolt app', () => {
  it('says a command and sees the card and the private answer', async () => {
    const seen = await hands.say({ as: hugo.id, text: '/offboard @Dana Reyes', channel: 'C0OFFBOARD' });

    expect(app.heard.texts).toEqual([`<@${dana.id}|dana.reyes>`]);
    expect(seen.messages.map(({ text, visibleTo }) => [text, visibleTo])).toEqual([
      [`Offboarding of <@${dana.id}|dana.reyes>`, undefined],
      ['Begun.', hugo.id],
    ]);
  });

  it('sees the text of an acknowledgement as a private message', async () => {
    const seen = await hands.say({ as: dana.id, text: '/offboard help' });

    expect(seen.messages).toMatchObject([{ text: 'Say who leaves.', visibleTo: dana.id, channel: 'D00001010' }]);
  });

  it('presses a button, and the card changes', async () => {
    const [message] = (await hands.say({ as: hugo.id, text: '/offboard ana', channel: 'C0OFFBOARD' })).messages;

    const seen = await hands.press({ as: selma.id, actionId: 'offboarding.approve', at: message! });

    expect(seen.messages).toMatchObject([{ ts: message?.ts, text: `Approved by <@${selma.id}>` }]);
    expect(app.heard.bodies[0]).toMatchObject({
      team: { id: 'T0BRIGHT01' },
      user: { id: selma.id, team_id: 'T0BRIGHT01' },
      container: { type: 'message', message_ts: message?.ts, channel_id: 'C0OFFBOARD', is_ephemeral: false },
      actions: [{ type: 'button', action_id: 'offboarding.approve', block_id: 'ex:1:v1', value: 'opaque-1' }],
    });
  });

  it('chooses in an overflow menu', async () => {
    const [message] = (await hands.say({ as: hugo.id, text: '/offboard ana', channel: 'C0OFFBOARD' })).messages;

    await hands.press({ as: selma.id, actionId: 'offboarding.more', value: 'hold', at: message! });

    expect(app.heard.bodies[0]).toMatchObject({ actions: [{ type: 'overflow', selected_option: { value: 'hold' } }] });
  });

  it('cannot press what it cannot see', async () => {
    const [message] = (await hands.say({ as: hugo.id, text: '/offboard ana', channel: 'C0OFFBOARD' })).messages;

    expect(() => hands.press({ as: dana.id, actionId: 'offboarding.approve', at: message! })).toThrow(
      /no such message/,
    );
    expect(app.heard.bodies).toEqual([]);
  });

  it('fills a form, is told what is wrong, and is done when it is right', async () => {
    const { view } = await hands.say({ as: hugo.id, text: '/offboard form' });
    const submit = (text: string) =>
      hands.submit({
        as: hugo.id,
        viewId: view?.id ?? '',
        values: { reason: { text }, successor: { user: 'Selma Novak' } },
      });

    const empty = await submit('');
    const refused = await submit('no');
    const again = await submit('again');
    const done = await submit('moved to a boat');

    expect(empty.errors).toEqual({ reason: 'Please complete this required field.' });
    expect(refused.errors).toEqual({ reason: 'Say more.' });
    expect(again.view).toMatchObject({ id: view?.id, view: { blocks: [{ label: { text: 'And?' } }, {}] } });
    expect(done.view).toBeUndefined();
    expect(done.messages).toMatchObject([{ text: 'Because: moved to a boat', channel: 'D00001004' }]);
    expect(app.heard.bodies.at(-1)).toMatchObject({
      view: {
        private_metadata: 'opaque',
        state: {
          values: {
            reason: { text: { type: 'plain_text_input', value: 'moved to a boat' } },
            successor: { user: { type: 'users_select', selected_user: selma.id } },
          },
        },
      },
    });
  });

  it('opens the home tab', async () => {
    await hands.openHome({ as: dana.id });

    expect(slack.workspace.home(dana.id)?.view).toMatchObject({
      blocks: [{ text: { text: 'Nothing waits for you.' } }],
    });
  });

  it('is told when the bot cannot be reached', async () => {
    const toNobody = createHands({ slack, eventsUrl: 'http://127.0.0.1:9/slack/events' });

    await expect(toNobody.say({ as: hugo.id, text: '/offboard ana' })).rejects.toMatchObject({
      error: 'dispatch_failed',
    });
  });
});
