import { secret, type Secret } from '#model/secret.ts';
import { hasPassword } from './address.ts';
import type { Problem } from './problem.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** The variables whose presence says that this is no trial in the local world. */
const real = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'MONGODB_URI',
  'RESTATE_INGRESS_URL',
  'RESTATE_ADMIN_URL',
  'EXEUNT_WORKER_URL',
] as const;
type RealName = (typeof real)[number];

/** The values in the environment that may never be shown, whatever they hold. */
export const secretNames: readonly RealName[] = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'MONGODB_URI',
];

export interface Environment {
  /** Which of our variables are set. An empty one counts as not set. */
  readonly set: readonly RealName[];
  readonly dataFolder: string;
  readonly port: number | undefined;
  readonly botToken: Secret | undefined;
  readonly appToken: Secret | undefined;
  readonly signingSecret: Secret | undefined;
  /** Its address may hold a password. */
  readonly mongoUri: Secret | undefined;
  readonly restate: { readonly ingressUrl: string; readonly adminUrl: string; readonly workerUrl?: string } | undefined;
  readonly problems: readonly Problem[];
}

/** Reads our variables; each that is set and does not fit is a problem. Which are needed is judged with exeunt.yaml. */
export function readEnvironment(env: Env): Environment {
  const problems: Problem[] = [];

  function text(name: string): string | undefined {
    return env[name]?.trim() || undefined;
  }

  function fitting(name: RealName, form: RegExp, what: string, write: string): string | undefined {
    const value = text(name);
    if (value === undefined || form.test(value)) return value;
    problems.push(environmentProblem(name, what, write));
    return undefined;
  }

  function url(name: RealName): string | undefined {
    const value = text(name);
    if (value === undefined) return undefined;
    const parsed = URL.parse(value);
    const write = `Set ${name}=http://restate.example:8080 or an https address.`;
    if (!parsed || !/^https?:$/.test(parsed.protocol))
      problems.push(environmentProblem(name, 'This is not an http address.', write));
    else if (hasPassword(value))
      problems.push(environmentProblem(name, 'A user name or a password stands inside this address.', write));
    else return value;
    return undefined;
  }

  function port(): number | undefined {
    const value = text('EXEUNT_PORT');
    if (value === undefined) return undefined;
    if (/^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535) return Number(value);
    const what = 'This is not a port, a whole number from 1 to 65535.';
    problems.push(environmentProblem('EXEUNT_PORT', what, 'Set EXEUNT_PORT=4600 or leave it out.'));
    return undefined;
  }

  function restate(): Environment['restate'] {
    const [ingressUrl, adminUrl, workerUrl] = [
      url('RESTATE_INGRESS_URL'),
      url('RESTATE_ADMIN_URL'),
      url('EXEUNT_WORKER_URL'),
    ];
    const pair = ['RESTATE_INGRESS_URL', 'RESTATE_ADMIN_URL'] as const;
    const missing = pair.filter((name) => text(name) === undefined);
    if (missing.length === 1 || (missing.length === 2 && text('EXEUNT_WORKER_URL') !== undefined)) {
      const what = 'A durable engine of your own needs both RESTATE_INGRESS_URL and RESTATE_ADMIN_URL.';
      for (const name of missing)
        problems.push(environmentProblem(name, what, `Set ${name}=http://restate.example:8080, or set none of them.`));
    }
    if (ingressUrl === undefined || adminUrl === undefined) return undefined;
    return { ingressUrl, adminUrl, ...(workerUrl === undefined ? {} : { workerUrl }) };
  }

  const wrapped = (value: string | undefined) => (value === undefined ? undefined : secret(value));
  return {
    set: real.filter((name) => text(name) !== undefined),
    dataFolder: text('EXEUNT_DATA') ?? 'data',
    port: port(),
    botToken: wrapped(fitting('SLACK_BOT_TOKEN', /^xoxb-\S{8,}$/, 'This is not a bot token.', botTokenHelp)),
    appToken: wrapped(fitting('SLACK_APP_TOKEN', /^xapp-\S{8,}$/, 'This is not an app-level token.', appTokenHelp)),
    signingSecret: wrapped(
      fitting('SLACK_SIGNING_SECRET', /^\S{16,200}$/, 'This is not a signing secret.', signingSecretHelp),
    ),
    mongoUri: wrapped(
      fitting('MONGODB_URI', /^mongodb(?:\+srv)?:\/\/[^\s/?#]+/, 'This is no address of a MongoDB server.', mongoHelp),
    ),
    restate: restate(),
    problems,
  };
}

export function environmentProblem(name: string, what: string, write: string): Problem {
  return { at: `environment ${name}`, path: '', what, write };
}

export const botTokenHelp =
  'Set SLACK_BOT_TOKEN=xoxb-…: api.slack.com/apps, your app, "OAuth & Permissions", "Bot User OAuth Token".';
export const appTokenHelp =
  'Set SLACK_APP_TOKEN=xapp-…: api.slack.com/apps, your app, "Basic Information", "App-Level Tokens", scope connections:write.';
export const signingSecretHelp =
  'Set SLACK_SIGNING_SECRET=…: api.slack.com/apps, your app, "Basic Information", "Signing Secret".';
const mongoHelp =
  'Set MONGODB_URI=mongodb://host:27017/exeunt or mongodb+srv://…, or leave it out for the embedded database.';
