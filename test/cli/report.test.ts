import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addReportCommand } from '../../cli/commands/report.ts';
import { DEFAULT_PROJECT } from '../../cli/context.ts';
import { trainerParts } from '../../cli/local.ts';
import { openEmbedded } from '../../storage/embedded/index.ts';
import { createJob } from '../../training/ledger/index.ts';
import { renderFace } from '../../training/synthetic/renderFace.ts';
import { runTraining } from '../../training/worker/runTraining.ts';
import { runJson } from './inProcess.ts';

let folder = '';
const trainings: Record<'finished' | 'queued', string> = { finished: '', queued: '' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fiducial-report-test-'));
  const embedded = await openEmbedded({ folder: join(folder, 'data') });
  try {
    const { stores, queues } = embedded;
    const request = {
      ...{ project: DEFAULT_PROJECT, recipe: 'nose', data: [], backend: 'wasm', model: null, startedBy: 'test' },
      overrides: { epochs: 1, 'synthetic.count': 12 },
    };
    const now = () => new Date();
    for (const name of ['finished', 'queued'] as const) {
      trainings[name] = (await createJob({ stores, queues, now }, { ...request, unique: name })).training;
    }
    const signal = new AbortController().signal;
    const { outcome } = await runTraining(
      trainerParts(stores.models, join(folder, 'data'), 0),
      DEFAULT_PROJECT,
      trainings.finished,
      signal,
    );
    expect(outcome).toBe('finished');
  } finally {
    await embedded.close();
  }
  await mkdir(join(folder, 'own'));
  await writeFile(join(folder, 'own', 'me & <you>.jpg'), (await renderFace(3)).bytes);
  await writeFile(join(folder, 'own', 'broken.png'), 'not an image');
}, 180_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function report(...argv: string[]) {
  const out = join(folder, 'report.html');
  const data = join(folder, 'data');
  const result = await runJson(addReportCommand, data, ['report', ...argv, '--out', out]);
  return { result, html: await readFile(out, 'utf8') };
}

describe('fiducial report', () => {
  test('is one page with everything inside it', async () => {
    const { result, html } = await report(trainings.finished, '--own', join(folder, 'own'));
    expect(result).toMatchObject({ training: trainings.finished, faces: expect.any(Number), own: 2, made: 3 });
    for (const part of [
      'Loss of train and test by epoch',
      'Share of faces at or below an error',
      'Error of each face against its yaw',
      'Worst predictions',
      'Best predictions',
      'What goes with large errors',
      'Annotated samples',
      'Augmented samples',
      'Kernels of the first layer',
      'me &#38; &#60;you&#62;.jpg',
      'broken.png',
      'NOT_AN_IMAGE',
      'No photo of a masked person or of a screen that may be shown came with the project',
      'made: a mask drawn on the rendered face',
      'made: the rendered face photographed from a screen',
      'The recipe as it ran',
    ]) {
      expect(html).toContain(part);
    }
    expect(html.match(/<img src="data:image/g)!.length).toBeGreaterThanOrEqual(8);
    // Nothing is loaded, and nothing runs.
    expect(html).not.toMatch(/<script|(?:src|href)="(?!data:|#)/);
    expect(html).toMatch(/measured: yaw -?\d+°, sharpness \d+, lower face \d+ % unlike skin/);
  }, 60_000);

  test('of a run that has not begun says so', async () => {
    const { result, html } = await report(trainings.queued);
    expect(result).toMatchObject({ faces: 0, own: 0 });
    expect(html).toContain('No epoch has ended yet.');
    expect(html).toContain('queued');
  });

  test('of a run that is not there names the folder it looked in', async () => {
    await expect(report('nothing')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('data'),
    });
  });
});
