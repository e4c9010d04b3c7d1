/** Where in a JSON text a value stands: parsers keep no lines, and whoever mends the file needs one. */

/** Line, from 1, of the value at `path`, or of the last part of the path that is there. `text` must be valid JSON. */
export function lineOfValue(text: string, path: readonly PropertyKey[]): number {
  let at = skipSpace(text, 0);
  for (const step of path) {
    const next = text[at] === '{' ? memberAt(text, at, String(step)) : elementAt(text, at, Number(step));
    if (next === null) break;
    at = next;
  }
  return lineAt(text, at);
}

/** Line, from 1, of a character. */
export function lineAt(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

/** What `JSON.parse` complained of, as a line. V8 says the position, or shows ten characters on either side. */
export function lineOfSyntaxError(text: string, { message }: Error): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return lineAt(text, Number(position));
  const shown = /^Unexpected token '(.)', (?:(\.\.\.)"|")([\s\S]*)"(?:\.\.\.)? is not valid JSON$/.exec(message);
  const around = shown ? text.indexOf(shown[3]!) : -1;
  if (!shown || around < 0) return lineAt(text, text.length);
  return lineAt(text, around + (shown[2] ? 10 : shown[3]!.indexOf(shown[1]!)));
}

function memberAt(text: string, object: number, name: string): number | null {
  for (let at = skipSpace(text, object + 1); text[at] === '"'; at = nextItem(text, at)) {
    const end = endOfString(text, at);
    const value = skipSpace(text, skipSpace(text, end) + 1);
    if (JSON.parse(text.slice(at, end)) === name) return value;
    at = value;
  }
  return null;
}

function elementAt(text: string, array: number, index: number): number | null {
  if (text[array] !== '[') return null;
  let at = skipSpace(text, array + 1);
  for (let i = 0; at < text.length && text[at] !== ']'; i++, at = nextItem(text, at)) if (i === index) return at;
  return null;
}

/** Past the value at `at` and the comma behind it. */
function nextItem(text: string, at: number): number {
  const after = skipSpace(text, endOfValue(text, at));
  return text[after] === ',' ? skipSpace(text, after + 1) : after;
}

function endOfValue(text: string, from: number): number {
  if (text[from] === '"') return endOfString(text, from);
  if (text[from] !== '{' && text[from] !== '[')
    return from + /^[^,\]}\s]*/.exec(text.slice(from, from + 400))![0].length;
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, quote: number): number {
  for (let at = quote + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function skipSpace(text: string, at: number): number {
  let here = at;
  while (here < text.length && ' \t\r\n'.includes(text[here]!)) here++;
  return here;
}
