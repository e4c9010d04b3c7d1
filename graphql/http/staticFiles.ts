/** The dashboard's files, under a strict policy: no inline script or style, nothing from elsewhere. */
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const WORTH_COMPRESSING = 1_000;

interface Served {
  readonly modifiedMs: number;
  readonly body: Buffer;
  readonly zipped: Buffer | null;
}

export type StaticFiles = (request: IncomingMessage, path: string, response: ServerResponse) => Promise<boolean>;

/** False where there is no such file. A path without an extension is a page of the dashboard: its index.html. */
export function staticFiles(folder: string): StaticFiles {
  const kept = new Map<string, Served>();
  return async (request, path, response) => {
    const wanted = extname(path) === '' ? '/index.html' : path;
    const file = normalize(join(folder, wanted));
    const type = TYPES[extname(file)];
    if (!file.startsWith(normalize(folder) + sep) || !type) return false;
    const served = await load(kept, file);
    if (!served) return false;
    const zipped = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')) ? served.zipped : null;
    const body = zipped ?? served.body;
    response.writeHead(200, {
      'content-type': type,
      'content-length': body.length,
      // Names of built files carry the hash of their content, all but the page's own.
      'cache-control': /-[A-Z0-9]{8}\.\w+$/.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': PAGE_POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : body);
    return true;
  };
}

async function load(kept: Map<string, Served>, file: string): Promise<Served | null> {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) return null;
  const known = kept.get(file);
  if (known?.modifiedMs === found.mtimeMs) return known;
  const body = await readFile(file);
  const zipped =
    body.length < WORTH_COMPRESSING || /\.(png|woff2|ico)$/.test(file) ? null : await promisify(gzip)(body);
  const served = { modifiedMs: found.mtimeMs, body, zipped };
  kept.set(file, served);
  return served;
}
