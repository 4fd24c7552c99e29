import { expect, it } from 'vitest';
import { vendorJudge } from './vendor-check.ts';

const judge = await vendorJudge('okta-management.json');
const entry = {
  at: '',
  method: 'POST',
  url: '/api/v1/users/00u1/lifecycle/suspend',
  body: undefined,
  status: 200,
  answer: undefined,
};
const skipped = judge([{ ...entry, url: '/nothing/like/it' }]).length === 0;

// Without the vendor's descriptions there is no judge to try; `vendorJudge` has said so.
it.skipIf(skipped)('finds what differs from the vendor description, in requests and in answers', () => {
  const faults = judge([
    entry,
    { ...entry, url: '/nothing/like/it' },
    { ...entry, method: 'DELETE', url: '/api/v1/users/00u1/sessions?oauthTokens=maybe', status: 204 },
    { ...entry, method: 'GET', url: '/api/v1/users/00u1', answer: { id: '00u1', status: 'GONE' } },
    { ...entry, status: 418 },
    { ...entry, status: 429 },
  ]);

  expect(faults).toEqual([
    'POST /nothing/like/it: no such operation in the vendor description: POST /nothing/like/it',
    'DELETE /api/v1/users/00u1/sessions?oauthTokens=maybe: query oauthTokens must be boolean',
    expect.stringMatching(
      /^GET \/api\/v1\/users\/00u1: answer 200: \/status must be equal to one of the allowed values/,
    ),
    'POST /api/v1/users/00u1/lifecycle/suspend: answer 418: status 418 is not in the vendor description',
  ]);
});
