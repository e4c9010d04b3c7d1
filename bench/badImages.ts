/**
 * Odd and hostile images (test/imaging/badImages.ts, seeded) through the predictor, in a child process whose memory is
 * watched. Each must have a typed outcome; the good one after every ten must be scored as if nothing had been.
 *
 *   node bench/badImages.ts [--count 2000] [--seed 1] [--out FILE.json]
 */
import { fork } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Face } from '../domain/records.ts';
import { refuseDrawings } from '../imaging/sharp.ts';
import { createPredictor, type PredictorItem } from '../inference/predictor.ts';
import { oddImages } from '../test/imaging/badImages.ts';
import { picture } from '../test/imaging/goodImages.ts';
import { centroidPackage } from '../test/inference/models.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
    child: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);

interface Report {
  readonly images: number;
  readonly outcomes: Record<string, number>;
  readonly surprises: string[];
  readonly goodScored: number;
  readonly goodChanged: number;
  readonly slowestMs: number;
  readonly slowest: string;
  readonly residentMb: number[];
  readonly peakMb: number;
}

if (values.child) process.send!(await scoreAll());
else await supervise();

/** The child: everything hostile happens here. */
async function scoreAll(): Promise<Report> {
  refuseDrawings();
  const good = await picture().png().toBuffer();
  const predictor = await createPredictor(centroidPackage({ crop: 'whole' }), { itemTimeoutMs: 30_000 });
  const started = new Map<string, number>();
  const expected = new Map<string, string | null>();
  async function* items(): AsyncGenerator<PredictorItem<string>> {
    let made = 0;
    for await (const { name, bytes, expected: code } of oddImages(Number(values.seed))) {
      if (made === count) return;
      if (made++ % 10 === 0) yield { id: `good ${made}`, bytes: good, box: null };
      expected.set(name, code);
      // Timed from when it is taken up.
      const taken = async () => {
        started.set(name, performance.now());
        return bytes;
      };
      yield { id: name, bytes: taken, box: null };
    }
  }
  const outcomes: Record<string, number> = {};
  const surprises: string[] = [];
  const goodFaces: (readonly Face[])[] = [];
  const residentMb: number[] = [];
  let [done, slowestMs, slowest] = [0, 0, ''];
  for await (const { id, error, faces } of predictor.predict(items())) {
    if (id.startsWith('good')) {
      goodFaces.push(faces);
      continue;
    }
    const code = error?.code ?? 'ok';
    outcomes[code] = (outcomes[code] ?? 0) + 1;
    const wanted = expected.get(id);
    if (wanted && wanted !== code) surprises.push(`${id}: ${code}, not ${wanted}`);
    const ms = performance.now() - started.get(id)!;
    if (ms > slowestMs) [slowestMs, slowest] = [ms, id];
    started.delete(id);
    expected.delete(id);
    if (++done % Math.max(1, Math.floor(count / 10)) === 0)
      residentMb.push(Math.round(process.memoryUsage().rss / 2 ** 20));
  }
  const goodChanged = goodFaces.filter((faces) => JSON.stringify(faces) !== JSON.stringify(goodFaces[0])).length;
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  await predictor.close();
  return {
    images: done,
    outcomes,
    surprises,
    goodScored: goodFaces.length,
    goodChanged,
    slowestMs,
    slowest,
    residentMb,
    peakMb,
  };
}

async function supervise(): Promise<void> {
  const start = performance.now();
  // As scorers run: with more arenas glibc keeps more of what was freed.
  const env = { ...process.env, MALLOC_ARENA_MAX: '2' };
  const child = fork(import.meta.filename, [...process.argv.slice(2), '--child'], { env });
  let report: Report | null = null;
  child.on('message', (message) => {
    report = message as Report;
    child.disconnect();
  });
  const end = await new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  if (!report) throw new Error(`Expected a report from the child, got ${end}`);
  const seconds = (performance.now() - start) / 1000;
  console.log({ ...(report as Report), seconds });
  if (values.out === undefined) return;
  const machine = { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version };
  const settings = { count, seed: Number(values.seed) };
  await writeFile(
    values.out,
    `${JSON.stringify({ bench: 'badImages', machine, settings, report, seconds }, null, 2)}\n`,
  );
}
