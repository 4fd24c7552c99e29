import { Unavailable } from '../connectors/errors.ts';
import type { Http, HttpAnswer, HttpRequest } from '../http.ts';

const mostPages = 1_000;

/**
 * Looks page after page, as far as `Link: <…>; rel="next"` (RFC 8288) leads and only when the caller asks for more. Of a
 * link, only the path and the query are taken, so that it cannot lead to another host; `baseUrl` is the target's.
 */
export async function* pages(http: Http, baseUrl: string, first: HttpRequest): AsyncGenerator<HttpAnswer> {
  let request: HttpRequest | undefined = first;
  for (let page = 0; request; page++) {
    if (page === mostPages) {
      throw new Unavailable(
        `${first.path}: the list does not end after ${mostPages} pages. Nothing was changed. Look at it by hand.`,
      );
    }
    const answer: HttpAnswer = await http.look(request);
    yield answer;
    const next = answer.status === 200 ? nextLink(answer.headers) : undefined;
    request = next === undefined ? undefined : { ...first, ...relative(next, baseUrl) };
  }
}

function nextLink(headers: Headers): string | undefined {
  for (const link of (headers.get('link') ?? '').matchAll(/<([^>]{1,2000})>([^,<]*)/g)) {
    if (/;\s*rel="?next"?/i.test(link[2] ?? '')) return link[1];
  }
  return undefined;
}

function relative(link: string, baseUrl: string): Pick<HttpRequest, 'path' | 'query'> {
  if (!URL.canParse(link, baseUrl)) {
    throw new Unavailable('The link to the next page is no URL. Nothing was changed. Look at the list by hand.');
  }
  const url = new URL(link, baseUrl);
  const basePath = new URL(baseUrl).pathname.replace(/\/$/, '');
  const path = url.pathname.startsWith(`${basePath}/`) ? url.pathname.slice(basePath.length) : url.pathname;
  return { path, query: Object.fromEntries(url.searchParams) };
}
