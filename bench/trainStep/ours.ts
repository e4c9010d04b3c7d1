/**
 * This project's side of a comparison, in a process of its own: FOLDER BACKEND. For each line of standard input, a
 * number of steps, it prints a line of JSON: the loss of the first of them and the milliseconds of each.
 */
import { createInterface } from 'node:readline';
import { createRng } from '../../training/augment/rng.ts';
import { type BackendName, openBackend } from '../../training/backends/index.ts';
import { Trainer } from '../../training/fit/trainer.ts';
import { buildModel } from '../../training/nn/model.ts';
import { readCase } from './networks.ts';

const [folder, backend] = process.argv.slice(2) as [string, BackendName];
const { graph, params, loss, learningRate, ema, values, images, targets } = readCase(folder);
const { tf } = await openBackend(backend);
const still = new Set(params.filter(({ frozen }) => frozen).map(({ name }) => name.slice(0, name.lastIndexOf('.'))));
const model = buildModel(tf, graph, { rng: createRng(1), values, frozen: [...still] });
const trainer = new Trainer(tf, model, { loss, optimiser: { name: 'adam', learningRate }, ema });

for await (const line of createInterface({ input: process.stdin })) {
  const times: number[] = [];
  let first = Number.NaN;
  for (let step = 0; step < Number(line); step++) {
    const start = performance.now();
    const { loss: value } = trainer.step({ images, targets, mask: null }, learningRate);
    times.push(performance.now() - start);
    if (step === 0) first = value;
  }
  const peakMB = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ loss: first, times, peakMB })}\n`);
}
