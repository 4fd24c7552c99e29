import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openCompany, type Company } from './company/company.ts';
import { openKeep, type Keep } from './company/keep.ts';
import { company as brightwater, people, type Person } from './company/people.ts';
import { openConsole } from './console/console.ts';
import { openDatabase } from './database/database.ts';
import { type EngineServer, startEngineServer } from './durable-engine/server.ts';
import { shortPath } from './durable-engine/short-path.ts';
import { openSlackDouble, type SlackDouble } from './slack/slack.ts';

export const team = { id: 'T0BRIGHT01', name: brightwater.name, domain: 'brightwater' } as const;
export const channel = { id: 'C0OFFBOARD', name: 'offboarding' } as const;
/** The departments whose people are in the approval channel. */
const inChannel: readonly string[] = ['People', 'Security', 'IT', 'Legal', 'Audit'];

/** Everything that a company would have elsewhere, on this machine: started, kept in one folder, handed out as addresses. */
export interface LocalWorld {
  readonly mongoUri: string;
  readonly engine: EngineServer;
  readonly company: Company;
  readonly slack: SlackDouble;
  /** Secrets of this world, made once and kept; of no use anywhere else. */
  readonly secrets: Readonly<Record<SecretName, string>>;
  /** Opens the page that plays Slack's part, once the bot listens at `eventsUrl`. */
  openPage(eventsUrl: string, port: number | undefined): Promise<{ url: string }>;
  /** Stops everything that was started here. */
  close(): Promise<void>;
}

type SecretName = 'signingSecret' | 'botToken' | 'buttonSecret' | 'hookSecret' | 'pageToken';
/** The page's usual port; another one when it is taken. */
const usualPort = 4280;

/** Opens the local world in `folder`, as it was left there, or new. */
export async function openLocalWorld(folder: string): Promise<LocalWorld> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const keep = openKeep(join(folder, 'company.sqlite'));
  const secrets = keptSecrets(keep);
  const [database, engine, company, slack] = await Promise.all([
    openDatabaseIn(folder),
    startEngineServer(join(folder, 'engine')),
    openCompany({ keep, people }),
    openSlackDouble({
      keep,
      team,
      members: people.map(member),
      channels: [
        {
          ...channel,
          isPrivate: true,
          members: people.filter(({ department }) => inChannel.includes(department)).map(slackId),
        },
      ],
      signingSecret: secrets.signingSecret,
      botToken: secrets.botToken,
    }),
  ]);
  let page: { url: string; close(): Promise<void> } | undefined;

  async function openPage(eventsUrl: string, port: number | undefined): Promise<{ url: string }> {
    const kept = keep.table<number>('world').get('port');
    const ports = [port ?? kept ?? usualPort, 0];
    for (const candidate of ports) {
      try {
        page = await openConsole({
          slack,
          people: people.map((person) => ({ ...person, slackId: slackId(person) })),
          eventsUrl,
          signingSecret: secrets.signingSecret,
          host: '127.0.0.1',
          port: candidate,
          token: secrets.pageToken,
        });
        break;
      } catch (error) {
        // A port that somebody else has is no reason not to start; a port that was asked for by name is.
        if (!isTaken(error) || port !== undefined || candidate === 0) throw error;
      }
    }
    if (!page) throw new Error('the page found no port');
    keep.table<number>('world').set('port', Number(new URL(page.url).port));
    return { url: page.url };
  }

  return {
    mongoUri: database.uri,
    engine,
    company,
    slack,
    secrets,
    openPage,
    async close() {
      await page?.close();
      await Promise.all([slack.close(), company.close(), engine.stop(), database.close()]);
      keep.close();
    },
  };
}

/** The embedded database in a data folder; the socket may lie elsewhere when the folder's path is long. */
export async function openDatabaseIn(folder: string): Promise<{ uri: string; close(): Promise<void> }> {
  const home = join(folder, 'database');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const base = await shortPath(home, `/${process.pid}.sock`.length);
  return openDatabase({ file: join(home, 'exeunt.sqlite'), socket: join(base, `${process.pid}.sock`) });
}

/** Slack's id of a person of the emulated company. */
export function slackId({ id }: Pick<Person, 'id'>): string {
  return `U0000${id}`;
}

function member(person: Person) {
  const { name, email, title } = person;
  return { id: slackId(person), name, email, title };
}

function keptSecrets(keep: Keep): Record<SecretName, string> {
  const table = keep.table<string>('secrets');
  const kept = (name: SecretName, make: () => string) => {
    const value = table.get(name) ?? make();
    table.set(name, value);
    return value;
  };
  const random = () => randomBytes(24).toString('base64url');
  return {
    signingSecret: kept('signingSecret', random),
    botToken: kept('botToken', () => `xoxb-local-${random()}`),
    buttonSecret: kept('buttonSecret', random),
    hookSecret: kept('hookSecret', () => `whsec_${randomBytes(24).toString('base64')}`),
    pageToken: kept('pageToken', random),
  };
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES');
}
