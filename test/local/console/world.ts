import { openConsole } from '#local/console/console.ts';
import type { Person } from '#local/console/person.ts';
import type { Keep } from '#local/company/keep.ts';
import { alexes, dana, hugo, openSmallApp, openTestSlack, selma, signingSecret } from '../slack/small-app.ts';

export const token = 'a-token-of-the-test';

const departments = ['People', 'Security', 'Engineering', 'Sales', 'Support'];
const people: readonly Person[] = [hugo, selma, dana, ...alexes].map((member, index) => ({
  id: member.id.slice(-4),
  name: member.name,
  email: member.email,
  title: member.title ?? 'Account Executive',
  department: departments[index] ?? '',
  slackId: member.id,
}));

/** The double, a small Bolt app and the console in front of them. `secret` is what the console signs with. */
export async function openTestWorld(options: { keep?: Keep; secret?: string } = {}) {
  const slack = await openTestSlack(options.keep ? { keep: options.keep } : {});
  const app = await openSmallApp(slack);
  const shown = await openConsole({
    slack,
    people,
    eventsUrl: app.eventsUrl,
    signingSecret: options.secret ?? signingSecret,
    host: '127.0.0.1',
    port: 0,
    token,
    patienceMs: 1500,
  });
  const { origin } = new URL(shown.url);
  return {
    slack,
    app,
    origin,
    url: shown.url,
    get: (path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
      fetch(origin + path, { headers }),
    /** Posts JSON as the holder of the token, and gives back status and answer. */
    async post(path: string, body: unknown): Promise<{ status: number; answer: unknown }> {
      const response = await fetch(origin + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, answer: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      await shown.close();
      await app.close();
      await slack.close();
    },
  };
}
