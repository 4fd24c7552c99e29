import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import type { Engine } from '#engine/engine.ts';
import type { Identity } from '#model/identity.ts';
import { Member } from './payloads.ts';

/** Who somebody in Slack is, and where a person is found in Slack. */
export interface SlackPeople {
  /** The member as Slack shows them; at most a minute old, or from this moment where `fresh`. */
  member(userId: string, options?: { readonly fresh?: boolean }): Promise<Member | undefined>;
  /** The one person whose address the member's profile carries. */
  identityOf(member: Member): Promise<Identity | undefined>;
  /** The Slack user id of a person; `undefined` when they are not in this workspace. */
  userIdOf(identity: Identity): Promise<string | undefined>;
}

const cachedForMs = 60_000;
const mostCached = 5_000;

/** Errors of users.info and users.lookupByEmail that mean: there is nobody (docs.slack.dev/reference/methods/users.info). */
const nobody = new Set(['user_not_found', 'users_not_found', 'user_not_visible']);

export function createSlackPeople(deps: { slack: WebClient; engine: Engine; now: () => number }): SlackPeople {
  const { slack, engine, now } = deps;
  const cache = new Map<string, { member: Member; until: number }>();

  async function member(userId: string, { fresh = false } = {}): Promise<Member | undefined> {
    const known = cache.get(userId);
    if (!fresh && known && known.until > now()) return known.member;
    const answer = await unlessNobody(() => slack.users.info({ user: userId }));
    if (!answer) return undefined;
    const parsed = Member.parse(answer.user);
    if (cache.size >= mostCached) cache.clear();
    cache.set(userId, { member: parsed, until: now() + cachedForMs });
    return parsed;
  }

  return {
    member,
    async identityOf({ profile, is_email_confirmed }) {
      if (!profile.email || is_email_confirmed === false) return undefined;
      return engine.byEmail(profile.email);
    },
    async userIdOf({ email, aliases }) {
      for (const address of [email, ...aliases].slice(0, 5)) {
        const answer = await unlessNobody(() => slack.users.lookupByEmail({ email: address }));
        if (answer?.user?.id) return answer.user.id;
      }
      return undefined;
    },
  };
}

async function unlessNobody<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof WebAPIPlatformError && nobody.has(error.data.error)) return undefined;
    throw error;
  }
}
