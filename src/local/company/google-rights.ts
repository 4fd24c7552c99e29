import { z } from 'zod';
import { searched, type Dial } from './dial.ts';
import type { Answer, Asked, Route } from './double.ts';
import { none, ok, page, refusal, shownGroup, shownMember } from './google-answers.ts';
import { without, type GoogleGroup, type GoogleState } from './google-state.ts';
import { userBy, v1 } from './google-users.ts';

/** Groups and who is in them. */
export function groupRoutes(state: GoogleState, dial: Dial, pageSize: number): Route[] {
  const { groups } = state;
  const withGroup = (work: (group: GoogleGroup, asked: Asked) => Answer) => (asked: Asked) => {
    const group = groups.get(asked.params['group'] ?? '');
    return group ? work(group, asked) : refusal(404, 'notFound', 'Resource Not Found: groupKey');
  };
  return [
    {
      method: 'GET',
      pattern: `${v1}/groups`,
      handle: (asked) => {
        const member = userBy(state, dial, asked.query.get('userKey'));
        if (!member) return refusal(404, 'notFound', 'Resource Not Found: userKey');
        const theirs = searched(dial, groups.values(), ({ members }) => members.some(({ id }) => id === member.id));
        return page('groups', 'groups', theirs.map(shownGroup), asked, pageSize);
      },
    },
    {
      method: 'GET',
      pattern: `${v1}/groups/{group}/members/{user}`,
      handle: withGroup(({ members }, { params }) => {
        const one = userBy(state, dial, params['user']);
        const member = members.find(({ id }) => id === one?.id);
        if (!one || !member) return refusal(404, 'notFound', 'Resource Not Found: memberKey');
        return ok(shownMember(one, member.role));
      }),
    },
    {
      method: 'DELETE',
      pattern: `${v1}/groups/{group}/members/{user}`,
      handle: withGroup((group, { params }) => {
        const one = userBy(state, dial, params['user']);
        if (!group.members.some(({ id }) => id === one?.id)) {
          return refusal(404, 'notFound', 'Resource Not Found: memberKey');
        }
        if (group.dynamic) return refusal(400, 'invalid', 'Members of a dynamic group cannot be changed.');
        groups.set(group.id, without(group, one?.id));
        return none;
      }),
    },
    {
      method: 'POST',
      pattern: `${v1}/groups/{group}/members`,
      handle: withGroup((group, { body }) => {
        const wanted = z.object({ email: z.string(), role: Role.default('MEMBER') }).safeParse(body);
        const one = wanted.success ? userBy(state, dial, wanted.data.email) : undefined;
        if (!wanted.success || !one) return refusal(404, 'notFound', 'Resource Not Found: memberKey');
        if (group.members.some(({ id }) => id === one.id)) return refusal(409, 'duplicate', 'Member already exists.');
        groups.set(group.id, { ...group, members: [...group.members, { id: one.id, role: wanted.data.role }] });
        return ok(shownMember(one, wanted.data.role));
      }),
    },
  ];
}

/** Administrator roles and who has them. */
export function roleRoutes(state: GoogleState, dial: Dial, pageSize: number): Route[] {
  const { roles } = state;
  return [
    {
      method: 'GET',
      pattern: `${v1}/customer/{customer}/roleassignments`,
      handle: (asked) => {
        const member = userBy(state, dial, asked.query.get('userKey'));
        if (!member) return refusal(404, 'notFound', 'Resource Not Found: userKey');
        const theirs = searched(dial, roles.values(), ({ assignedTo }) => assignedTo === member.id);
        return page('roleAssignments', 'items', theirs, asked, pageSize);
      },
    },
    {
      method: 'POST',
      pattern: `${v1}/customer/{customer}/roleassignments`,
      handle: ({ body }) => {
        const wanted = WantedRole.safeParse(body);
        if (!wanted.success) return refusal(400, 'invalid', 'Invalid Input');
        const { roleId, assignedTo } = wanted.data;
        if (roles.values().some((held) => held.roleId === roleId && held.assignedTo === assignedTo)) {
          return refusal(409, 'duplicate', 'Role assignment already exists.');
        }
        const taken = roles.values().map((held) => Number(held.roleAssignmentId));
        const roleAssignmentId = String(Math.max(699, ...taken) + 1);
        roles.set(roleAssignmentId, { roleAssignmentId, ...wanted.data });
        return ok(roles.get(roleAssignmentId));
      },
    },
    {
      method: 'DELETE',
      pattern: `${v1}/customer/{customer}/roleassignments/{role}`,
      handle: ({ params }) =>
        roles.delete(params['role'] ?? '') ? none : refusal(404, 'notFound', 'Resource Not Found: roleAssignmentId'),
    },
  ];
}

const Role = z.enum(['OWNER', 'MANAGER', 'MEMBER']);

const WantedRole = z.object({
  roleId: z.string(),
  assignedTo: z.string(),
  scopeType: z.string(),
  orgUnitId: z.string().optional(),
});
