/** Debian's chromium, driven by playwright-core; what goes wrong in the page is kept. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page, type Request } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const CHROMIUM = PLACES.find((path) => existsSync(path)) ?? null;

/** Only an upper bound: whatever is waited for goes on as soon as it is there. */
const LONGEST_MS = 90_000;

export interface Watched {
  readonly browser: Browser;
  readonly page: Page;
  /** Errors of the console and of scripts, broken policies, and requests that failed. */
  readonly problems: string[];
  /** Requests that are under way while this runs, or start in it, may fail. */
  withFailures<T>(act: () => Promise<T>): Promise<T>;
  /** Requests of such addresses may fail from now on. */
  mayFail(url: RegExp): void;
}

export async function openBrowser(): Promise<Watched> {
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args, timeout: LONGEST_MS });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(LONGEST_MS);
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    // Told of by the request itself, which is known by name and by the time it began.
    if (/^Failed to load resource/.test(text)) return;
    if (message.type() === 'error' || /Content Security Policy|Refused to/.test(text)) problems.push(text);
  });
  return { browser, page, problems, ...watchRequests(page, problems) };
}

function watchRequests(page: Page, problems: string[]): Pick<Watched, 'withFailures' | 'mayFail'> {
  const underWay = new Set<Request>();
  const excused = new WeakSet<Request>();
  const addresses: RegExp[] = [];
  let failing = false;
  const failed = (request: Request, why: string) => {
    if (excused.has(request) || addresses.some((one) => one.test(request.url()))) return;
    problems.push(`${request.method()} ${request.url()}: ${why}`);
  };
  page.on('request', (request) => {
    underWay.add(request);
    if (failing) excused.add(request);
  });
  page.on('requestfinished', (request) => underWay.delete(request));
  page.on('requestfailed', (request) => {
    underWay.delete(request);
    const why = request.failure()?.errorText ?? 'failed';
    // The page itself ends what it needs no more.
    if (why !== 'net::ERR_ABORTED') failed(request, why);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) failed(response.request(), String(response.status()));
  });
  return {
    mayFail: (url) => addresses.push(url),
    withFailures: async (act) => {
      failing = true;
      for (const request of underWay) excused.add(request);
      try {
        return await act();
      } finally {
        failing = false;
      }
    },
  };
}
