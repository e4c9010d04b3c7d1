import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { IMAGE_SOURCES } from '../../cdk/constructs/workerImage.ts';

const FOLDER = 'functions/docker';
const DOCKERFILES = readdirSync(FOLDER).filter((name) => name.endsWith('.Dockerfile'));
const STEPS = readdirSync(`${FOLDER}/steps`);
const manifest = JSON.parse(readFileSync('package.json', 'utf8'));

interface Instruction {
  readonly name: string;
  readonly args: string;
}

/** Comments and line continuations resolved; https://docs.docker.com/reference/dockerfile/ */
function parse(file: string): Instruction[] {
  const text = readFileSync(`${FOLDER}/${file}`, 'utf8')
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name, args] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      if (!name) throw new Error(`Expected an instruction in ${file}, got ${line}`);
      return { name, args: args! };
    });
}

const copies = (file: string) => parse(file).filter(({ name, args }) => name === 'COPY' && !args.startsWith('--from'));

/** Of the last stage, which is the image. */
function image(file: string): Instruction[] {
  const instructions = parse(file);
  return instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
}

describe('the Dockerfiles', () => {
  it('are one a worker and kind of machine, as the CDK names them', () => {
    expect(DOCKERFILES.sort()).toEqual([
      'scorer.cpu.Dockerfile',
      'scorer.gpu.Dockerfile',
      'trainer.cpu.Dockerfile',
      'trainer.gpu.Dockerfile',
    ]);
  });

  describe.each(DOCKERFILES)('%s', (file) => {
    it('copies only what exists, and what the CDK gives to the build', () => {
      for (const { args } of copies(file)) {
        for (const source of args.split(/\s+/).slice(0, -1)) {
          expect(existsSync(source), source).toBe(true);
          const given = IMAGE_SOURCES.some((one) => source === one || source.startsWith(`${one}/`));
          expect(given, `${source} in IMAGE_SOURCES`).toBe(true);
        }
      }
    });

    it('copies every folder that its program imports', () => {
      const entry = /"(functions\/\w+\.ts)"\]$/.exec(image(file).find(({ name }) => name === 'CMD')!.args)![1]!;
      const folders = new Set([...importedFiles(entry)].map((path) => path.split('/')[0]!));
      const copied = image(file)
        .filter(({ name }) => name === 'COPY')
        .map(({ args }) => args.split(/\s+/).at(-1)!);
      for (const folder of folders) if (folder !== 'package.json') expect(copied).toContain(folder);
      expect(copied).toContain('./');
    });

    it('starts from images with full versions, Node’s as in package.json', () => {
      const bases = parse(file)
        .filter(({ name }) => name === 'FROM')
        .map(({ args }) => args.split(' ')[0]!);
      for (const base of bases) expect(base).toMatch(/^[\w/.-]+:\d+\.\d+\.\d+[\w.-]*$/);
      expect(bases[0]).toMatch(new RegExp(`^node:${manifest.devDependencies.node}-`));
    });

    it('is not root, stops by SIGTERM, has a health check, and starts its program itself, not a shell', () => {
      const last = (name: string) => image(file).findLast((instruction) => instruction.name === name)?.args;
      expect(last('USER')).toBe('1000:1000');
      expect(last('STOPSIGNAL')).toBe('SIGTERM');
      expect(last('HEALTHCHECK')).toContain('CMD ["node", "functions/health.ts"]');
      expect(last('CMD')).toMatch(/^\["node", "functions\/(scorer|trainer)\.ts"\]$/);
      expect(JSON.parse(last('VOLUME')!)).toEqual(['/tmp']);
      const after = image(file).slice(image(file).findIndex(({ name }) => name === 'USER'));
      expect(after.map(({ name }) => name)).toEqual(['USER', 'STOPSIGNAL', 'HEALTHCHECK', 'CMD']);
    });

    it('fetches nothing unpinned, keeps no package lists, holds no secrets', () => {
      const instructions = parse(file);
      expect(instructions.map(({ name }) => name)).not.toContain('ADD');
      for (const { args } of instructions.filter(({ name }) => name === 'RUN')) {
        expect(args).not.toMatch(/curl|wget|sudo|npm install -g/);
        if (args.includes('apt-get install')) {
          expect(args).toMatch(/--no-install-recommends/);
          expect(args).toMatch(/rm -rf \/var\/lib\/apt\/lists/);
        }
      }
      for (const { args } of instructions.filter(({ name }) => name === 'ENV' || name === 'ARG')) {
        expect(args).not.toMatch(/KEY|SECRET|TOKEN|PASSWORD/i);
      }
    });

    it('runs only steps that are there, which are scripts that a shell can read', () => {
      const used = parse(file).flatMap(({ name, args }) =>
        name === 'RUN' ? (args.match(/steps\/[\w-]+\.sh/g) ?? []) : [],
      );
      expect(used.length).toBeGreaterThan(0);
      for (const step of used) expect(STEPS).toContain(step.replace('steps/', ''));
    });
  });

  it('have steps that are valid shell', () => {
    for (const step of STEPS) {
      const { status, stderr } = spawnSync('sh', ['-n', `${FOLDER}/steps/${step}`]);
      expect(stderr.toString(), step).toBe('');
      expect(status).toBe(0);
    }
  });

  // Under CI it has to be had: the script installs it.
  it('pass hadolint', () => {
    const there = spawnSync('hadolint', ['--version']).status === 0 || existsSync('.venv/hadolint/bin/hadolint');
    if (!there && !process.env.CI) {
      console.warn(`hadolint is not installed: not linted here (sh ${FOLDER}/lint.sh installs it)`);
      return;
    }
    const { status, stdout, stderr } = spawnSync('sh', [`${FOLDER}/lint.sh`], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`.trim()).toBe('');
    expect(status).toBe(0);
  }, 120_000);

  it('use the CUDA that their libraries were built for', () => {
    expect(manifest.dependencies['onnxruntime-node']).toBe('1.30.0');
    const metadata = readFileSync('node_modules/onnxruntime-node/script/install-metadata.js', 'utf8');
    expect(metadata).toContain("'linux/x64': ['cuda12']");
    expect(parse('scorer.gpu.Dockerfile').some(({ args }) => args.startsWith('nvidia/cuda:12.'))).toBe(true);
    // TensorFlow 2.15 was built for CUDA 12.2 and cuDNN 8.9; a new version here wants a new image there.
    expect(readFileSync('scripts/build-tfjs-node.mjs', 'utf8')).toContain("TENSORFLOW_VERSION = '2.15.1'");
    expect(
      parse('trainer.gpu.Dockerfile').some(({ args }) => /^nvidia\/cuda:12\.2\.\d+-cudnn8-runtime/.test(args)),
    ).toBe(true);
    expect(readFileSync('scripts/build-tfjs-node.mjs', 'utf8')).toContain(
      `TFJS_VERSION = '${manifest.peerDependencies['@tensorflow/tfjs-node']}'`,
    );
  });
});

/** Files of ours that a program imports, itself included, by following its import statements. */
function importedFiles(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  if (!entry.endsWith('.ts')) return seen;
  const text = readFileSync(entry, 'utf8');
  for (const [, path] of text.matchAll(/(?:from|import|new URL\()\s*\(?'(\.{1,2}\/[^']+\.(?:ts|json))'/g)) {
    importedFiles(new URL(path!, `file:///${entry}`).pathname.slice(1), seen);
  }
  return seen;
}
