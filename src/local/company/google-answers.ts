import type { Answer, Asked, Vendor } from './double.ts';
import type { GoogleGroup, GoogleUser } from './google-state.ts';

/** Google's way of saying what every vendor says. */
export function googleVendor(token: string): Vendor {
  return {
    name: 'Google',
    authorized: ({ headers }) => headers.authorization === `Bearer ${token}`,
    unauthorized: () => refusal(401, 'authError', 'Invalid Credentials'),
    // Google answers 403 to both; only the reason tells too much from not allowed, and no header tells how long.
    throttled: () => refusal(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded'),
    forbidden: () => refusal(403, 'forbidden', 'Not Authorized to access this resource/api'),
    notFound: () => refusal(404, 'notFound', 'Not Found'),
    broken: () => refusal(503, 'backendError', 'Service unavailable. Please try again'),
  };
}

export const none: Answer = { status: 204 };
export const ok = (body: unknown): Answer => ({ status: 200, body });

export function refusal(code: number, reason: string, message: string): Answer {
  return { status: code, body: { error: { code, message, errors: [{ domain: 'global', reason, message }] } } };
}

export function shownUser({ id, primaryEmail, aliases, name, suspended }: GoogleUser) {
  const [givenName = '', ...family] = name.split(' ');
  return {
    kind: 'admin#directory#user',
    id,
    primaryEmail,
    name: { givenName, familyName: family.join(' '), fullName: name },
    ...(aliases.length > 0 && { aliases }),
    suspended,
    ...(suspended && { suspensionReason: 'ADMIN' }),
    archived: false,
  };
}

export function shownGroup({ id, email, name, members }: GoogleGroup) {
  return { kind: 'admin#directory#group', id, email, name, directMembersCount: String(members.length) };
}

export function shownMember({ id, primaryEmail }: GoogleUser, role: string) {
  return { kind: 'admin#directory#member', id, email: primaryEmail, role, type: 'USER', status: 'ACTIVE' };
}

/** A page by `maxResults` and `pageToken`. Google leaves an empty list out. */
export function page(kind: string, name: string, rows: readonly unknown[], { query }: Asked, pageSize: number): Answer {
  const size = Math.min(Number(query.get('maxResults') ?? '100'), pageSize);
  const start = Number(query.get('pageToken') ?? '0');
  const some = rows.slice(start, start + size);
  const more = start + size < rows.length ? { nextPageToken: String(start + size) } : {};
  return ok({ kind: `admin#directory#${kind}`, ...(some.length > 0 && { [name]: some }), ...more });
}
