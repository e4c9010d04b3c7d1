/** A scoring process that answers each image with what it can see of the machine's secrets. */
import { serveProcess } from '../../scoring/worker/serveProcess.ts';

serveProcess(async () => ({
  async *predict(items) {
    for await (const { id, item } of items) {
      const message = JSON.stringify({ environment: Object.keys(process.env), arguments: process.argv.slice(2) });
      const error = { code: 'NOT_AN_IMAGE' as const, message };
      yield { id, prediction: { key: item.key, outcome: 'failed', width: null, height: null, error, faces: [] } };
    }
  },
}));
