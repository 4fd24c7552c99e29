const shortestMs = 1_000;
const longestMs = 15 * 60_000;

/**
 * When the target system wants to be asked again, in milliseconds from now, between one second and fifteen minutes;
 * `undefined` when it did not say. Understands `Retry-After` in seconds, as an HTTP date (RFC 9110 section 10.2.3) and as
 * an ISO date; Okta's `X-Rate-Limit-Reset` (seconds since 1970, where it says that nothing remains or answers 429); GitHub's and
 * Atlassian's `x-ratelimit-reset` (seconds since 1970, or an ISO date) when nothing remains.
 */
export function retryAfterMs(status: number, headers: Headers, now: number): number | undefined {
  // Their clock against their clock, so that ours may be wrong.
  const theirNow = Date.parse(headers.get('date') ?? '');
  const from = Number.isNaN(theirNow) ? now : theirNow;

  const asked = moment(headers.get('retry-after'), (seconds) => from + seconds * 1000);
  if (asked !== undefined) return clamped(asked - from);
  const inSeconds = (seconds: number) => seconds * 1000;
  const oktaReset = status === 429 ? moment(headers.get('x-rate-limit-reset'), inSeconds) : undefined;
  if (oktaReset !== undefined) return clamped(oktaReset - from);
  const reset = headers.get('x-ratelimit-remaining') === '0' ? headers.get('x-ratelimit-reset') : null;
  const until = moment(reset, inSeconds);
  return until === undefined ? undefined : clamped(until - from);
}

/** Whether a 403 means "too many" and not "no right", in GitHub's, Google's and Salesforce's forms. */
export function throttledBy403(headers: Headers, body: unknown): boolean {
  if (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0') return true;
  const text = JSON.stringify(body ?? '').slice(0, 5_000);
  return (
    /"reason":"(userRateLimitExceeded|rateLimitExceeded|quotaExceeded)"/.test(text) ||
    isGitHubLimit(body) ||
    text.includes('"REQUEST_LIMIT_EXCEEDED"')
  );
}

/** GitHub's words for a limit (docs.github.com, "Rate limits for the REST API"). */
export function isGitHubLimit(body: unknown): boolean {
  return /"message":"[^"]*(secondary rate limit|API rate limit exceeded)/i.test(
    JSON.stringify(body ?? '').slice(0, 5_000),
  );
}

function moment(value: string | null, fromNumber: (seconds: number) => number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,12}$/.test(value.trim())) return fromNumber(Number(value));
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : date;
}

function clamped(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, shortestMs), longestMs);
}
