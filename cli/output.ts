/**
 * What people and scripts see. With `--json` standard output holds one JSON object and nothing else; all else goes to
 * standard error. Bars on a terminal, plain lines elsewhere.
 */
import cliProgress from 'cli-progress';

export interface Progress {
  update(done: number, note?: string): void;
  stop(): void;
}

export interface Output {
  readonly json: boolean;
  /** For people; standard output, or standard error with `--json`. */
  print(text: string): void;
  /** Notices, on standard error. */
  note(text: string): void;
  /** The result: an object with `--json`, otherwise the text. */
  result(object: unknown, text: string): void;
  progress(label: string, total: number): Progress;
}

/** Plain progress lines come no more often. */
const PLAIN_INTERVAL_MS = 5_000;

export function createOutput(json: boolean, stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream): Output {
  return {
    json,
    print: (text) => void (json ? stderr : stdout).write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    result: (object, text) => void stdout.write(json ? `${JSON.stringify(object)}\n` : `${text}\n`),
    progress: (label, total) => (stderr.isTTY ? bar(label, total, stderr) : lines(label, total, stderr)),
  };
}

function bar(label: string, total: number, stream: NodeJS.WriteStream): Progress {
  const one = new cliProgress.SingleBar(
    { format: `${label} {bar} {value}/{total} {note}`, stream, hideCursor: true, clearOnComplete: false },
    cliProgress.Presets.shades_classic,
  );
  one.start(total, 0, { note: '' });
  return { update: (done, note = '') => one.update(done, { note }), stop: () => one.stop() };
}

function lines(label: string, total: number, stream: NodeJS.WriteStream): Progress {
  let last = Date.now();
  let written = '';
  let line = '';
  const write = () => {
    if (line === written) return;
    written = line;
    stream.write(`${line}\n`);
  };
  const update = (done: number, note = '') => {
    line = `${label}: ${done}/${total}${note && ` ${note}`}`;
  };
  update(0);
  return {
    update: (done, note) => {
      update(done, note);
      if (Date.now() - last < PLAIN_INTERVAL_MS) return;
      last = Date.now();
      write();
    },
    stop: write,
  };
}

/** Columns aligned by spaces; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, String(cell).length);
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          typeof cell === 'number' ? String(cell).padStart(widths[i]!) : String(cell).padEnd(widths[i]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
