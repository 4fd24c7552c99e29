import { openGitHub, type GitHubDouble } from './git-hub.ts';
import { openGoogle, type GoogleDouble } from './google.ts';
import type { Keep } from './keep.ts';
import { openOkta, type OktaDouble } from './okta.ts';
import type { Person } from './people.ts';
import { openScim, type ScimDouble } from './scim.ts';

/** The target systems of the emulated company, each at an address of this machine. */
export interface Company {
  readonly okta: OktaDouble;
  /** The expense tool "Ledgerly". */
  readonly scim: ScimDouble;
  readonly gitHub: GitHubDouble;
  readonly google: GoogleDouble;
  /** Stops the servers; the keep is the caller's to close. */
  close(): Promise<void>;
}

/** Opens the company as it was left in the keep; a new one is filled with these people. */
export async function openCompany(input: { keep: Keep; people: readonly Person[] }): Promise<Company> {
  const [okta, scim, gitHub, google] = await Promise.all([
    openOkta(input),
    openScim(input),
    openGitHub(input),
    openGoogle(input),
  ]);
  const close = async () => {
    await Promise.all([okta, scim, gitHub, google].map((double) => double.close()));
  };
  return { okta, scim, gitHub, google, close };
}
