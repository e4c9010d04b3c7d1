/** libvips' messages, translated once into our codes. */
import { FiducialError, type ItemErrorCode } from '../domain/errors.ts';
import type { ReadableFormat } from './format.ts';
import type { DecodeLimits } from './limits.ts';

const CODES: readonly (readonly [pattern: RegExp, code: ItemErrorCode])[] = [
  [/pixel limit|too large|exceeds? (the )?(maximum|limit)|out of memory|unable to (m)?allocate/i, 'TOO_LARGE'],
  [/timeout|timed out/i, 'TIMEOUT'],
  [/channel limit|unsupported (codec|feature|jpeg)|not (supported|implemented|built)|unimplemented/i, 'UNSUPPORTED'],
  [/unsupported (data precision|number|sample|colou?r|tiff|bit|photometric|compression)/i, 'UNSUPPORTED'],
];

export function decodeError(cause: unknown, format: ReadableFormat, limits: DecodeLimits): FiducialError {
  const detail = firstLine(cause);
  const code = CODES.find(([pattern]) => pattern.test(detail))?.[1] ?? 'TRUNCATED';
  return new FiducialError(code, messageOf(code, format, limits, detail), { cause });
}

function messageOf(code: ItemErrorCode, format: ReadableFormat, limits: DecodeLimits, detail: string): string {
  const name = format.toUpperCase();
  switch (code) {
    case 'TOO_LARGE':
      return `Expected at most ${limits.maxPixels} pixels, got a larger ${name} (${detail}); scale it down or raise the limit`;
    case 'TIMEOUT':
      return `Expected a ${name} that is read within ${limits.timeoutSeconds} s, got one that takes longer; save it anew`;
    case 'UNSUPPORTED':
      return `Expected a ${name} of 1 to 4 channels in a common encoding, got one that is not read here (${detail}); convert it to JPEG or PNG`;
    default:
      return `Expected a whole ${name}, got one that is damaged or ends early (${detail}); upload it again`;
  }
}

/** libvips gathers a line a layer; the last says most and the first is often about seeking. */
function firstLine(cause: unknown): string {
  const lines = (cause instanceof Error ? cause.message : String(cause)).split('\n').map((line) => line.trim());
  const said = lines.filter((line) => line !== '' && !/bad seek/.test(line));
  const text = (said.at(-1) ?? lines[0] ?? 'no reason given').replace(/^Input buffer has corrupt header:\s*/, '');
  return (text || 'corrupt header').slice(0, 200);
}
