import { createHash } from 'node:crypto';
import { lstat, mkdir, readlink, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What the operating systems allow for a unix socket's path: 108 bytes on Linux, 104 on macOS, with the final zero. */
const longest = 103;

/**
 * A path to `folder` that leaves room for a socket's name of `room` bytes: the folder itself where it is short enough, else
 * a link to it in a private folder of the temporary directory.
 */
export async function shortPath(folder: string, room: number): Promise<string> {
  const target = resolve(folder);
  if (Buffer.byteLength(target) + room <= longest) return target;
  const owner = process.getuid?.() ?? 0;
  const home = join(tmpdir(), `exeunt-${owner}`);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(home);
  // Somebody else's folder of that name could lead our sockets anywhere.
  if (uid !== owner || (mode & 0o077) !== 0)
    throw new Error(`${home} is not a private folder of this user. Remove it, or choose a shorter EXEUNT_DATA.`);
  const link = join(home, createHash('sha256').update(target).digest('hex').slice(0, 12));
  const points = await readlink(link).catch(() => undefined);
  if (points !== target) {
    if (points !== undefined) await unlink(link);
    await symlink(target, link);
  }
  if (Buffer.byteLength(link) + room > longest)
    throw new Error(`The path ${target} is too long for a unix socket. Choose a shorter EXEUNT_DATA.`);
  return link;
}
