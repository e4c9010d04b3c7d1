/** Debian's chromium, driven by playwright-core; what it logs as an error is kept. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export const CHROMIUM = PLACES.find((path) => existsSync(path)) ?? null;

export interface Watched {
  readonly browser: Browser;
  readonly page: Page;
  /** Errors of the console and of scripts, and broken policies. */
  readonly problems: string[];
  /** Runs something during which requests fail by design. */
  withFailures<T>(act: () => Promise<T>): Promise<T>;
}

export async function openBrowser(): Promise<Watched> {
  const args = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];
  const browser = await chromium.launch({ executablePath: CHROMIUM!, args });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(30_000);
  const problems: string[] = [];
  let failing = false;
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() !== 'error' && !/Content Security Policy|Refused to/.test(text)) return;
    if (failing && /^Failed to load resource/.test(text)) return;
    problems.push(text);
  });
  const withFailures = async <T>(act: () => Promise<T>): Promise<T> => {
    failing = true;
    try {
      return await act();
    } finally {
      failing = false;
    }
  };
  return { browser, page, problems, withFailures };
}
