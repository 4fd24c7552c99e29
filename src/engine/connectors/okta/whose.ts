import { z } from 'zod';
import type { Account } from '#model/account.ts';
import { Identity } from '#model/identity.ts';
import { pages } from '../../http/pages.ts';
import { Ambiguous } from '../errors.ts';
import { understood } from '../understood.ts';
import { quoted, User, type Okta } from './look.ts';

/**
 * The users whose address is one of the identity's. Asked in two ways, because a search lags behind and a login may differ
 * from the address; whatever either finds must itself show the address.
 */
export async function* accountsOf(okta: Okta, identity: Identity, signal: AbortSignal): AsyncGenerator<Account> {
  const ours = [identity.email, ...identity.aliases].map((address) => address.toLowerCase());
  const given = new Set<string>();
  for (const address of ours) {
    const users = [...(await bySearch(okta, address, signal)), ...(await byLogin(okta, address, signal))];
    const stranger = users.find(({ profile }) => !ours.includes((profile.email ?? profile.login).toLowerCase()));
    const ids = new Set(users.map(({ id }) => id));
    if (stranger || ids.size > 1) {
      const why = stranger ? 'a user with another address' : `${ids.size} users`;
      throw new Ambiguous(
        `${okta.id}: the look-up of this person's address found ${why}. Nothing was changed. Look there by hand whose account it is.`,
      );
    }
    for (const { id, profile } of users) {
      if (given.has(id)) continue;
      given.add(id);
      yield { connector: okta.id, id, handle: profile.login };
    }
  }
}

/** Includes users that are deprovisioned, which the plain list leaves out. */
async function bySearch(okta: Okta, address: string, signal: AbortSignal): Promise<User[]> {
  const query = { search: `profile.email eq "${quoted(address)}"`, limit: '2' };
  const answer = await okta.http.look({ method: 'GET', path: '/api/v1/users', query, signal });
  return understood(z.array(User), answer, `${okta.id}: the search for an address`);
}

async function byLogin(okta: Okta, address: string, signal: AbortSignal): Promise<User[]> {
  const path = `/api/v1/users/${encodeURIComponent(address)}`;
  const answer = await okta.http.look({ method: 'GET', path, signal });
  // The search before it was answered 200, so that the interface is there and this 404 means the login.
  return answer.status === 404 ? [] : [understood(User, answer, `${okta.id}: the look-up of a login`)];
}

/** Everybody but the deprovisioned, page after page. */
export async function* identitiesOf(okta: Okta, signal: AbortSignal): AsyncGenerator<Identity> {
  const first = { method: 'GET', path: '/api/v1/users', query: { limit: '200' }, signal } as const;
  for await (const page of pages(okta.http, okta.url, first)) {
    for (const user of understood(z.array(User), page, `${okta.id}: the list of users`)) {
      const identity = Identity.safeParse(identityFields(user));
      // A user without an address that is one, such as a service user, is nobody who could leave.
      if (identity.success) yield identity.data;
    }
  }
}

function identityFields({ id, profile }: User): z.input<typeof Identity> {
  const name = [profile.firstName, profile.lastName].filter(Boolean).join(' ');
  return {
    id,
    email: profile.email ?? '',
    aliases: (profile.emailAliases ?? []).filter((alias) => z.email().safeParse(alias).success),
    displayName: (profile.displayName || name || profile.login).slice(0, 200),
    ...(profile.department && { department: profile.department.slice(0, 200) }),
    ...(profile.title && { title: profile.title.slice(0, 200) }),
    ...(profile.managerId && { managerId: profile.managerId.slice(0, 200) }),
    employment: profile.userType?.toLowerCase() === 'contractor' ? 'contractor' : 'employee',
  };
}
