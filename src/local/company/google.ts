import { calmDial } from './dial.ts';
import { openDouble, type Double } from './double.ts';
import { googleVendor } from './google-answers.ts';
import { groupRoutes, roleRoutes } from './google-rights.ts';
import { googleState, seedGoogle, type GoogleState } from './google-state.ts';
import { tokenRoutes, userRoutes } from './google-users.ts';
import type { Keep } from './keep.ts';
import type { Person } from './people.ts';

export interface GoogleDouble extends Double {
  readonly token: string;
  readonly state: GoogleState;
}

/**
 * A stateful double of the part of Google Workspace's Directory API that an offboarding uses. `pageSize` is the most rows
 * a page has.
 */
export async function openGoogle(input: {
  keep: Keep;
  people: readonly Person[];
  pageSize?: number;
}): Promise<GoogleDouble> {
  const { keep, people, pageSize = 200 } = input;
  const token = seedGoogle(keep, people);
  const state = googleState(keep);
  const dial = calmDial();
  const routes = [
    ...userRoutes(state, dial, pageSize),
    ...tokenRoutes(state, dial),
    ...groupRoutes(state, dial, pageSize),
    ...roleRoutes(state, dial, pageSize),
  ];
  return { ...(await openDouble(googleVendor(token), routes, dial)), token, state };
}
