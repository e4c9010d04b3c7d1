/** A scoring process whose "images" say what it should suffer. */
import type { Prediction } from '../../domain/records.ts';
import type { PredictorInput } from '../../scoring/worker/serve.ts';
import { serveProcess } from '../../scoring/worker/serveProcess.ts';
import { fakePrediction } from './fakeModel.ts';

const hoard: Buffer[] = [];

function suffer(bytes: string): void {
  if (bytes.includes('crash')) process.kill(process.pid, 'SIGKILL');
  if (bytes.includes('throw')) throw new Error('a defect of the decoder');
  while (bytes.includes('hang'));
  // Outside the JavaScript heap, as decoders allocate.
  while (bytes.includes('hoard')) hoard.push(Buffer.alloc(20_000_000, 1));
}

function predictOne({ item, bytes }: PredictorInput): Prediction {
  suffer(Buffer.from(bytes).toString('latin1', 0, 100));
  return fakePrediction({ item, bytes: Buffer.from(bytes) });
}

serveProcess(async ({ card }) => {
  if (card === 'damaged') throw new Error('not an ONNX file');
  return {
    async *predict(items) {
      let batch: PredictorInput[] = [];
      for await (const item of items) {
        batch.push(item);
        if (batch.length < 4) continue;
        for (const one of batch) yield { id: one.id, prediction: predictOne(one) };
        batch = [];
      }
      for (const one of batch) yield { id: one.id, prediction: predictOne(one) };
    },
  };
});
