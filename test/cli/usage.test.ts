import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fiducial, inFolder } from './command.ts';

describe('what can not be done says so in one line and exits with 2', () => {
  test.each([
    [['score', 'nowhere.jpg'], /INVALID_INPUT: Expected a file or folder at nowhere\.jpg/],
    [['score', '.'], /NO_IMAGES: Expected images/],
    [['score', '.', '--model', 'no-such-model'], /UNKNOWN_MODEL: .*no-such-model/],
    [['score', '.', '--model', '../../etc/passwd'], /INVALID_INPUT|INVALID_MODEL/],
    [['score', '.', '--split', 'half'], /INVALID_INPUT: Expected --split RUN:train\|val\|test/],
    [['score', 'SELF', '--model', 'nose', '--out', 'no/where.jsonl'], /INVALID_INPUT: .*ENOENT.*no\/where\.jsonl/],
    [['score', 'SELF', '--model', 'nose', '--overlay', 'text.jpg/in'], /INVALID_INPUT: .*ENOTDIR/],
    [['train', 'no-such-recipe'], /INVALID_INPUT: Expected a recipe \(nose, face58/],
    [['train', 'nose', '--set', 'optimiser.lr=1'], /INVALID_INPUT: Expected a field of the recipe, got optimiser\.lr/],
    [['train', 'nose', '--data', 'nowhere'], /INVALID_DATASET/],
    [['backup', 'copy'], /INVALID_INPUT: Expected the data folder of a stack, but \.fiducial has no store\.sqlite/],
    [['runs'], /INVALID_INPUT: Expected a running stack/],
    [['model', 'show', 'nothing'], /UNKNOWN_MODEL/],
    [['dataset', 'inspect', '.'], /INVALID_DATASET/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await inFolder(async (folder) => {
      if (args.includes('SELF')) await writeFile(join(folder, 'text.jpg'), 'this is not a photo');
      return fiducial(
        args.map((arg) => (arg === 'SELF' ? 'text.jpg' : arg)),
        folder,
      );
    });
    const errors = stderr.split('\n').filter((line) => line.startsWith('fiducial:'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  test('a stack whose port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await inFolder((folder) => fiducial(['up', '--port', String(port)], folder));
    expect(stderr.trim()).toMatch(
      /^fiducial: INVALID_CONFIG: Expected to listen on .*EADDRINUSE; choose another port$/,
    );
    expect(code).toBe(2);
  });

  test('values that an option does not take', async () => {
    const cases = [
      [['up', '--port', '70000'], /Expected a port from 0 to 65535/],
      [['up', '--scorers', '0'], /Expected at least 1/],
      [['score', 'x', '--crop', 'circle'], /Allowed choices are box, detect, whole/],
      [['score', 'x', '--error-threshold', '2'], /Expected a number from 0 to 1/],
    ] as const;
    await inFolder((folder) =>
      Promise.all(
        cases.map(async ([args, message]) => {
          const { code, stderr } = await fiducial(args, folder);
          expect(stderr).toMatch(message);
          expect(stderr).not.toMatch(/\n\s+at /);
          expect(code).toBe(2);
        }),
      ),
    );
  });

  test('an unknown command or option', async () => {
    await inFolder(async (folder) => {
      expect((await fiducial(['frobnicate'], folder)).code).toBe(2);
      expect((await fiducial(['score', 'x', '--frobnicate'], folder)).code).toBe(2);
    });
  });
});

test('--json prints one object, and a bad image is an outcome with exit code 3', async () => {
  await inFolder(async (folder) => {
    await mkdir(join(folder, 'images'));
    await writeFile(join(folder, 'images', 'text.jpg'), 'this is not a photo');
    await writeFile(join(folder, 'images', 'empty.png'), '');
    const args = ['score', 'images', '--model', 'nose', '--json', '--out', 'out.jsonl'];
    const { code, stdout } = await fiducial(args, folder);
    expect(JSON.parse(stdout)).toMatchObject({
      images: 2,
      scored: 0,
      failed: 2,
      errors: { EMPTY: 1, NOT_AN_IMAGE: 1 },
      metrics: null,
    });
    expect(code).toBe(3);
    expect((await fiducial([...args, '--error-threshold', '1'], folder)).code).toBe(0);
  });
});

test('`npx fiducial` of a clone runs the file that the package names: it is executable', async () => {
  const { bin } = JSON.parse(await readFile(resolve(import.meta.dirname, '../../package.json'), 'utf8'));
  const { mode } = await stat(resolve(import.meta.dirname, '../..', bin.fiducial));
  expect(mode & 0o111).toBe(0o111);
});
