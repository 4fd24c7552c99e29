const token = new URLSearchParams(location.search).get('token') ?? '';

/** A refusal of the console; its message says what to do. */
export class Refusal extends Error {}

/** Asks the console. Throws a `Refusal` with the console's own words, also when it cannot be reached. */
export async function ask(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
  } catch (cause) {
    throw new Refusal('The console does not answer. See whether the program is still running.', { cause });
  }
  const answer = await response.json();
  if (!response.ok)
    throw new Refusal(answer.say ?? 'The console refused and did not say why.', { cause: answer.error });
  return answer;
}

/** Calls `changed` whenever something that this person can see has changed, and `lost` or `back` with the connection. */
export function listen(as, { changed, lost, back }) {
  const source = new EventSource(`/api/stream?${new URLSearchParams({ token, as })}`);
  source.addEventListener('changed', changed);
  source.addEventListener('open', back);
  source.addEventListener('error', lost);
  return () => source.close();
}

export function fileAddress(as, id) {
  return `/api/file?${new URLSearchParams({ token, as, id })}`;
}
