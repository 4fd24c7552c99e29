import { z } from 'zod';
import { SlackRefusal } from '../refusal.ts';
import { app, handleOf, type Json, type Member } from '../records.ts';
import type { Workspace } from '../workspace.ts';
import { Count, page, read, type Methods } from './method.ts';

const Listed = z.object({ cursor: z.string().optional(), limit: Count.optional() });

/** auth.test and users.*, as docs.slack.dev/reference/methods describes them. */
export const peopleMethods: Methods = {
  'auth.test': (_args, { team }) => ({
    url: teamUrl(team.domain),
    team: team.name,
    user: app.name,
    team_id: team.id,
    user_id: app.botUserId,
    bot_id: app.botId,
    app_id: app.id,
    is_enterprise_install: false,
  }),
  'bots.info': (args) => {
    const { bot } = read(z.object({ bot: z.string() }), args);
    if (bot !== app.botId) throw new SlackRefusal('bot_not_found');
    return { bot: { id: app.botId, app_id: app.id, user_id: app.botUserId, name: app.name, deleted: false } };
  },
  'users.info': (args, workspace) => {
    const { user } = read(z.object({ user: z.string().min(1) }), args);
    if (user === app.botUserId) return { user: botUser(workspace) };
    const member = workspace.member(user);
    if (!member) throw new SlackRefusal('user_not_found');
    return { user: asUser(workspace, member) };
  },
  'users.list': (args, workspace) => {
    const everybody = [...workspace.members().map((member) => asUser(workspace, member)), botUser(workspace)];
    const { items, response_metadata } = page(everybody, read(Listed, args));
    return { members: items, cache_ts: Math.floor(workspace.now() / 1000), response_metadata };
  },
  'users.lookupByEmail': (args, workspace) => {
    const { email } = read(z.object({ email: z.string().min(1) }), args);
    const member = workspace
      .members()
      .find((each) => !each.deleted && each.email.toLowerCase() === email.toLowerCase());
    if (!member) throw new SlackRefusal('users_not_found');
    return { user: asUser(workspace, member) };
  },
};

export function teamUrl(domain: string): string {
  // A reserved name: a link that escapes from the page reaches nobody.
  return `https://${domain}.slack.example/`;
}

function asUser({ team }: Workspace, member: Member): Json {
  const { deleted = false, isRestricted = false } = member;
  return {
    id: member.id,
    team_id: team.id,
    name: handleOf(member),
    real_name: member.name,
    deleted,
    profile: {
      real_name: member.name,
      display_name: '',
      email: member.email,
      title: member.title ?? '',
      team: team.id,
    },
    is_bot: false,
    is_app_user: false,
    // A deactivated member has lost these fields in Slack's answers.
    ...(deleted
      ? {}
      : { tz: 'Etc/UTC', tz_label: 'Coordinated Universal Time', tz_offset: 0, is_admin: false, is_owner: false }),
    is_restricted: isRestricted,
    is_ultra_restricted: false,
  };
}

function botUser({ team }: Workspace): Json {
  return {
    id: app.botUserId,
    team_id: team.id,
    name: app.name,
    real_name: 'Exeunt',
    deleted: false,
    is_bot: true,
    is_app_user: false,
    profile: { real_name: 'Exeunt', display_name: '', bot_id: app.botId, api_app_id: app.id, team: team.id },
  };
}
