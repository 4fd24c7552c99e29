import { z } from 'zod';
import { SecretText } from '#model/secret.ts';
import type { Http } from '../../http.ts';

const Login = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,99})$/, 'is no GitHub login');

export const GitHubSettings = z
  .strictObject({
    url: z.url().default('https://api.github.com'),
    organization: Login,
    token: SecretText,
    /** Address → login, for people whom single sign-on does not name. Without single sign-on: everybody who has a login. */
    logins: z.record(z.email().toLowerCase(), Login).default({}),
    /** Whether the organization itself uses SAML single sign-on, which proves logins and shows credentials. */
    singleSignOn: z.boolean().default(true),
    /** Whether the organization lets fine-grained personal access tokens in; only a GitHub App's token may see them. */
    fineGrainedTokens: z.boolean().default(true),
  })
  .refine(({ singleSignOn, logins }) => singleSignOn || Object.keys(logins).length > 0, {
    path: ['logins'],
    error: 'must list everybody when singleSignOn is false: nothing else proves whose login is whose',
  });
export type GitHubSettings = z.output<typeof GitHubSettings>;

/** What every look and act needs. */
export interface GitHub {
  readonly id: string;
  readonly settings: GitHubSettings;
  readonly http: Http;
}
