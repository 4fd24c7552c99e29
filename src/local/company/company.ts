import { openGitHub, type GitHubDouble } from './git-hub.ts';
import { openGoogle, type GoogleDouble } from './google.ts';
import type { Keep } from './keep.ts';
import { openOkta, type OktaDouble } from './okta.ts';
import type { Person } from './people.ts';
import { openScim, type ScimDouble } from './scim.ts';

/** The target systems of the emulated company, each at an address of this machine. */
export interface Company {
  readonly okta: OktaDouble;
  readonly gitHub: GitHubDouble;
  readonly google: GoogleDouble;
  /** The expense tool "Ledgerly". */
  readonly scim: ScimDouble;
  /** Stops the servers; the keep is the caller's to close. */
  close(): Promise<void>;
}

/**
 * Opens the company as it was left in the keep; a new one is filled with these people. An invitation to GitHub is accepted
 * at once, because nobody reads mail here.
 */
export async function openCompany(input: { keep: Keep; people: readonly Person[] }): Promise<Company> {
  const [okta, gitHub, google, scim] = await Promise.all([
    openOkta(input),
    openGitHub({ ...input, acceptsAtOnce: true }),
    openGoogle(input),
    openScim(input),
  ]);
  const close = async () => {
    await Promise.all([okta, gitHub, google, scim].map((double) => double.close()));
  };
  return { okta, gitHub, google, scim, close };
}
