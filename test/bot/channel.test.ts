import { WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import { findChannel } from '#bot/channel.ts';
import { openKeep } from '#local/company/keep.ts';
import { app } from '#local/slack/records.ts';
import { openSlackDouble } from '#local/slack/slack.ts';
import { team } from './world.ts';

async function open() {
  const slack = await openSlackDouble({
    keep: openKeep(':memory:'),
    team,
    members: [],
    channels: [
      { id: 'C0PRIVATE', name: 'offboarding', isPrivate: true, members: [app.botUserId] },
      { id: 'C0PUBLIC', name: 'general', isPrivate: false, members: [app.botUserId] },
    ],
    signingSecret: 's',
    botToken: 'xoxb-1',
  });
  const client = new WebClient('xoxb-1', { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  return { client, [Symbol.asyncDispose]: () => slack.close() };
}

describe('the approval channel', () => {
  it('is found by its id and by its name', async () => {
    await using slack = await open();

    expect(await findChannel(slack.client, { channel: 'C0PRIVATE' })).toBe('C0PRIVATE');
    expect(await findChannel(slack.client, { channel: '#offboarding' })).toBe('C0PRIVATE');
  });

  it.each([
    ['C0PUBLIC', 'is public, so everybody could read who leaves'],
    ['#general', 'is not there, or the bot is not in it'],
    ['C0NOWHERE', 'is not there, or the bot is not in it'],
    ['#nowhere', 'is not there, or the bot is not in it'],
  ])('%s is refused in words before anything starts', async (channel, why) => {
    await using slack = await open();

    await expect(findChannel(slack.client, { channel })).rejects.toThrow(
      `bot: channel: ${channel} ${why}. Nothing was started. Name a private channel in slack.channel and invite the bot with /invite.`,
    );
  });
});
