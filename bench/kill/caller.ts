/** Somebody who asks the API all the time: an answer is right or does not come, and it comes again. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Victims } from './victims.ts';

const QUERY = '{ runs(first: 1) { edges { node { id status } } } }';

export interface Asked {
  answered: number;
  /** Refused, cut off: nobody was there. */
  unanswered: number;
  /** An answer that is none: not 200, or with errors. */
  wrong: string[];
  longestSilenceSeconds: number;
}

export function ask(victims: Victims, signal: AbortSignal): { readonly asked: Asked; readonly end: Promise<void> } {
  const asked: Asked = { answered: 0, unanswered: 0, wrong: [], longestSilenceSeconds: 0 };
  let since = performance.now();
  const once = async () => {
    const response = await fetch(`${victims.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${victims.token}` },
      body: JSON.stringify({ query: QUERY }),
    }).catch(() => null);
    const text = await response?.text().catch(() => null);
    if (!response || text === null || text === undefined) {
      asked.unanswered++;
      return;
    }
    if (response.status === 200 && !('errors' in JSON.parse(text))) asked.answered++;
    else asked.wrong.push(`${response.status} ${text.slice(0, 200)}`);
    asked.longestSilenceSeconds = Math.max(asked.longestSilenceSeconds, (performance.now() - since) / 1000);
    since = performance.now();
  };
  const end = (async () => {
    while (!signal.aborted) {
      await once();
      await delay(200);
    }
  })();
  return { asked, end };
}
