import { posix } from 'node:path';
import { specifiers } from './imports.ts';

const rooms = ['model', 'engine', 'discovery', 'bot', 'local'] as const;
type Room = (typeof rooms)[number];

/** Which files of other rooms each room may import; a name without a file means the whole room. */
const doors: Readonly<Record<Room, readonly string[]>> = {
  model: [],
  engine: ['model'],
  discovery: ['model'],
  bot: ['model', 'engine/engine.ts', 'engine/notifier.ts', 'discovery/discovery.ts'],
  local: [],
};

/** The settings stand beside the composition root and know nothing else of ours. */
const configFiles = ['config.ts', 'config'];
const configMay = { ours: [...configFiles, 'model/secret.ts', 'model/policy.ts'], packages: ['zod', 'yaml'] };

/** Which parts of src may use a package; a package that is not listed belongs to everybody. */
const packageRooms: readonly { readonly package: RegExp; readonly only: readonly string[] }[] = [
  { package: /^@slack\//, only: ['bot', 'engine/connectors/slack.ts', 'engine/connectors/slack', 'top'] },
  { package: /^@restatedev\//, only: ['engine/durable.ts', 'engine/durable', 'local', 'top'] },
  { package: /^openai$/, only: ['discovery/classify.ts'] },
  { package: /^(?:mongoose|mongodb)$/, only: ['model', 'top'] },
  { package: /^node-cron$/, only: ['bot/schedule.ts'] },
  { package: /^undici$/, only: ['engine/http.ts', 'engine/http', 'local', 'top'] },
  { package: /^(?:express|scimmy|scimmy-routers|node:sqlite)$/, only: ['local'] },
];

/** Why the file may not import what it does, one sentence each. `file` is relative to src, with forward slashes. */
export function trespasses(file: string, source: string): string[] {
  return specifiers(source).flatMap((specifier) => {
    const why = specifier === undefined ? 'a module whose name is made while running' : trespass(file, specifier);
    return why === undefined ? [] : [`${file} imports ${why}`];
  });
}

function trespass(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return trespassByPath(file, specifier, posix.join(posix.dirname(file), specifier));
  if (specifier.startsWith('#')) {
    const path = posix.normalize(specifier.startsWith('#src/') ? specifier.slice(5) : specifier.slice(1));
    return trespassByPath(file, specifier, path);
  }
  if (/^(?:\/|[a-z]+:\/|data:)/i.test(specifier)) return `${specifier}, which is no package and no room`;
  return trespassByPackage(file, specifier);
}

function trespassByPath(file: string, specifier: string, target: string): string | undefined {
  if (target.startsWith('..') || target.startsWith('/')) return `${specifier}, which is outside src`;
  const [from, to] = [roomOf(file), roomOf(target)];
  if (from === undefined) {
    const isConfig = isIn(file, configFiles);
    return isConfig && !isIn(target, configMay.ours)
      ? `${specifier}, and the settings know only themselves`
      : undefined;
  }
  if (from === to) return specifier.startsWith('#') ? `${specifier} of its own room; write ./` : undefined;
  if (to === undefined) return `${specifier}, and nobody imports the composition root`;
  if (!isIn(target, doors[from])) return `${specifier}, and ${from} has no door there`;
  return specifier.startsWith('.') ? `${specifier} of another room; write #${target}` : undefined;
}

function trespassByPackage(file: string, specifier: string): string | undefined {
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0];
  if (name === undefined) return undefined;
  if (isIn(file, configFiles) && !name.startsWith('node:') && !configMay.packages.includes(name))
    return `${specifier}, and the settings use zod and yaml only`;
  const places = packageRooms.filter(({ package: form }) => form.test(name));
  const closed = places.find(({ only }) => !isIn(file, only) && !(only.includes('top') && roomOf(file) === undefined));
  return closed && `${specifier}, which belongs to ${closed.only.join(', ')}`;
}

function roomOf(path: string): Room | undefined {
  return rooms.find((room) => path === room || path.startsWith(`${room}/`));
}

/** Whether a path is one of the files or inside one of the folders. */
function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}
