import { readFile } from 'node:fs/promises';

/** The page's parts: served as they are, without a build. A path that is not here does not exist. */
const parts = {
  '/': ['index.html', 'text/html'],
  '/style.css': ['style.css', 'text/css'],
  '/blocks.css': ['blocks.css', 'text/css'],
  '/app.js': ['app.js', 'text/javascript'],
  '/api.js': ['api.js', 'text/javascript'],
  '/make.js': ['make.js', 'text/javascript'],
  '/marked.js': ['marked.js', 'text/javascript'],
  '/blocks.js': ['blocks.js', 'text/javascript'],
  '/elements.js': ['elements.js', 'text/javascript'],
  '/fields.js': ['fields.js', 'text/javascript'],
  '/confirm.js': ['confirm.js', 'text/javascript'],
  '/read-marks.js': ['read-marks.js', 'text/javascript'],
  '/messages.js': ['messages.js', 'text/javascript'],
  '/sidebar.js': ['sidebar.js', 'text/javascript'],
  '/composer.js': ['composer.js', 'text/javascript'],
  '/modal.js': ['modal.js', 'text/javascript'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
} as const;

interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export async function loadPage(): Promise<ReadonlyMap<string, Part>> {
  const loaded = await Promise.all(
    Object.entries(parts).map(async ([path, [file, type]]) => {
      const body = await readFile(new URL(`./page/${file}`, import.meta.url));
      return [path, { headers: { ...safe, 'content-type': `${type}; charset=utf-8` }, body }] as const;
    }),
  );
  return new Map(loaded);
}

const safe = {
  // Nothing from elsewhere, nothing inline, no frame around it, no form that posts.
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};
