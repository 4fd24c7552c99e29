import type { Member } from './payloads.ts';

/** Where a request says it comes from: every team id it carries. */
export interface Origin {
  readonly teamIds: readonly (string | undefined)[];
}

/**
 * Why this member may not speak with the bot, or `undefined`. Fails closed: a member that Slack does not show is refused,
 * and so is one without a team. Bolt does not judge this: with one token it accepts a click from any workspace.
 */
export function refuseMember(
  member: Member | undefined,
  origin: Origin,
  teams: ReadonlySet<string>,
): string | undefined {
  const claimed = origin.teamIds.filter((id) => id !== undefined);
  // Sets, not equality of two ids: in a shared channel the clicking team is not the posting team.
  const home = member?.team_id;
  const foreign = claimed.length === 0 || home === undefined || [...claimed, home].some((id) => !teams.has(id));
  if (!member || foreign || member.is_stranger)
    return 'This bot answers members of its own workspace only. Nothing was changed. Ask a colleague there.';
  if (member.deleted) return 'Your Slack account is deactivated, so this bot does not act for it. Nothing was changed.';
  if (member.is_bot)
    return 'This bot does not take orders from other bots. Nothing was changed. A person has to do this.';
  if (member.is_restricted || member.is_ultra_restricted)
    return 'Guests cannot use this bot. Nothing was changed. Ask a full member of the workspace.';
  return undefined;
}

/** What somebody hears whose Slack profile leads to no person of the company. */
export const unlinked =
  'I do not know which person of the company you are, so nothing was changed. I go by the confirmed e-mail address of your ' +
  'Slack profile: it must be the address that the people source has for you. Ask IT to make the two the same, then try again.';

/** How far a request's time may lie from ours, in seconds. Bolt refuses only what is too old, not what is in the future. */
export const clockToleranceSeconds = 300;
/** How long a request is remembered, so that it cannot be sent twice. In milliseconds. */
export const rememberedMs = 600_000;

/** Whether the time that the request carries is one that a request of this moment can have. */
export function isTimely(sentAtSeconds: number, now: number): boolean {
  return Number.isFinite(sentAtSeconds) && Math.abs(now / 1000 - sentAtSeconds) <= clockToleranceSeconds;
}
