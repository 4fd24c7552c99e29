import type { ConnectorDefinition } from './connector.ts';
import { github } from './github/github.ts';
import { google } from './google/google.ts';
import { okta } from './okta/okta.ts';
import { scim } from './scim/scim.ts';
import { task } from './task.ts';

/** Every kind of connector that settings can name. To add one, write its file and its line here. */
export const connectorDefinitions: readonly ConnectorDefinition[] = [okta, google, github, scim, task];
