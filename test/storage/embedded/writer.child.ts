/**
 * A process of its own that writes until it is killed. It says a line on standard output after each acknowledgement:
 * `object <key>`, `message <body>`, `step <n>`.
 */
import { writeSync } from 'node:fs';
import { isFiducialError } from '../../../domain/errors.ts';
import { openEmbedded } from '../../../storage/embedded/index.ts';

const [folder = '', id = ''] = process.argv.slice(2);
const storage = await openEmbedded({ folder });
const { results } = storage.stores;

async function writeObjects(lane: number): Promise<void> {
  for (let n = 0; ; n++) {
    const key = `objects/${id}/${lane}/${n}`;
    await results.put(key, `body of ${key}`.repeat(50), { condition: { ifAbsent: true } });
    writeSync(1, `object ${key}\n`);
    await storage.queues.score.send(key, { group: id });
    writeSync(1, `message ${key}\n`);
  }
}

/** All writers swap one counter. */
async function count(): Promise<void> {
  for (;;) {
    try {
      const { body, etag } = await results.get('counter');
      const next = Number(body) + 1;
      await results.put('counter', String(next), { condition: { ifMatch: etag } });
      writeSync(1, `step ${next}\n`);
    } catch (error) {
      if (!isFiducialError(error, 'PRECONDITION_FAILED')) throw error;
    }
  }
}

await Promise.all([writeObjects(0), writeObjects(1), count()]);
