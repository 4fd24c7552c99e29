import { createHmac } from 'node:crypto';
import type { Connector, ConnectorDefinition } from '#engine/connectors/connector.ts';
import { connectorDefinitions } from '#engine/connectors/index.ts';
import type { OpenHttp } from '#engine/http.ts';
import { secret, type Secret } from '#model/secret.ts';
import type { ConnectorSettings } from './config/file.ts';

/** Makes the connectors that the settings name. Each was judged by its kind's schema before. */
export function connectAll(settings: readonly ConnectorSettings[], openHttp: OpenHttp): Map<string, Connector> {
  const kinds = new Map<string, ConnectorDefinition>(
    connectorDefinitions.map((definition) => [definition.kind, definition]),
  );
  return new Map(
    settings.map(({ id, kind, settings: judged }) => {
      const definition = kinds.get(kind);
      if (!definition) throw new Error(`There is no connector of the kind ${kind}.`);
      // What the kind's own schema made of the settings: exactly what its `connect` takes.
      return [id, definition.connect(id, judged, openHttp)];
    }),
  );
}

/** What signs the buttons: made from the bot's token, so that every replica has the same and nothing more is to be kept. */
export function buttonSecretFrom(botToken: Secret): Secret {
  return secret(createHmac('sha256', botToken.reveal()).update('exeunt buttons').digest('base64url'));
}
