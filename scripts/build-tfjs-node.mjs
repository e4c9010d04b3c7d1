/**
 * Builds @tensorflow/tfjs-node into `.native/` of this repository, without the download of its install script.
 *
 * The package's own script fetches libtensorflow from a host that is often unreachable, and fails the whole install
 * where it can't. This one takes the libraries and headers from the `tensorflow-cpu` wheel of Python's registry and
 * compiles the addon's two C++ files against them (about 15 s; 0.45 GB stay in the cache).
 *
 *   npm run build:tfjs-node            build what is missing; quick when nothing is
 *   npm run build:tfjs-node -- --wheel FILE.whl    use a wheel that is here already
 *
 * Runs on Node 20 or later (it may be the machine's own). Needs g++, python3 with pip, and npm.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const TFJS_VERSION = '4.22.0';
const TENSORFLOW_VERSION = '2.15.1';
const WHEEL_PYTHON = '3.11';
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

const ROOT = resolve(fileURLToPath(import.meta.url), '../..');
const NATIVE = join(ROOT, '.native');
const PACKAGE = join(NATIVE, 'node_modules/@tensorflow/tfjs-node');
const ADDON = join(PACKAGE, 'lib/napi-v8/tfjs_binding.node');
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'fiducial');
const TENSORFLOW = join(CACHE, `tensorflow-cpu-${TENSORFLOW_VERSION}`);

/** Takes the C API's headers and the two shared libraries out of the wheel. */
const EXTRACT = `
import sys, zipfile
folders = ('tensorflow/include/tensorflow/c/', 'tensorflow/include/tensorflow/core/platform/',
           'tensorflow/include/tsl/', 'tensorflow/include/tensorflow/tsl/', 'tensorflow/include/xla/tsl/')
libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith(folders) or name in libraries:
            wheel.extract(name, sys.argv[2])
`;

/** The smallest program that fails where the addon does not load or does not compute. */
const TRY = `
const util = require('node:util');
util.isNullOrUndefined ??= (x) => x == null;
util.isArray = Array.isArray;
const tf = require('@tensorflow/tfjs-node');
const sum = tf.sum(tf.matMul(tf.ones([2, 3]), tf.ones([3, 2]))).dataSync()[0];
if (sum !== 12) throw new Error('expected the product to sum to 12, got ' + sum);
process.stdout.write('TensorFlow ' + tf.backend().binding.TF_Version);
`;

function fail(message) {
  console.error(`build:tfjs-node: ${message}`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (result.error) fail(`${command} did not start: ${result.error.message}`);
  if (result.status !== 0)
    fail(`${command} ${args[0]} ended with ${result.status ?? result.signal}; see its output above`);
}

function requireTools() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    fail(
      `expected Linux on x64 (the wheel is built for it), got ${process.platform} on ${process.arch}; train with --backend wasm`,
    );
  }
  const tools = [
    ['g++', ['--version'], 'g++ (Debian and Ubuntu: apt-get install g++)'],
    ['python3', ['--version'], 'python3 (Debian and Ubuntu: apt-get install python3)'],
    ['python3', ['-m', 'pip', '--version'], 'pip (Debian and Ubuntu: apt-get install python3-pip)'],
  ];
  const missing = tools.filter(([command, args]) => spawnSync(command, args, { stdio: 'ignore' }).status !== 0);
  if (missing.length > 0)
    fail(`expected ${missing.map(([, , name]) => name).join(' and ')}, found none; or train with --backend wasm`);
}

function installPackages() {
  const wanted = JSON.stringify(
    {
      name: 'fiducial-native',
      private: true,
      description: 'Made by scripts/build-tfjs-node.mjs. Not committed.',
      dependencies: { '@tensorflow/tfjs-node': TFJS_VERSION, 'node-api-headers': '1.5.0' },
    },
    null,
    2,
  );
  mkdirSync(NATIVE, { recursive: true });
  writeFileSync(join(NATIVE, 'package.json'), `${wanted}\n`);
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: NATIVE });
}

function fetchWheel(folder) {
  run('python3', [
    ...['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:'],
    ...['--python-version', WHEEL_PYTHON, '--dest', folder, `tensorflow-cpu==${TENSORFLOW_VERSION}`],
  ]);
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  return wheel ? join(folder, wheel) : fail(`pip left no wheel of tensorflow-cpu ${TENSORFLOW_VERSION} in ${folder}`);
}

/** Fills the cache by renaming a complete folder into place, so that an interrupted extraction is never mistaken for one. */
function extractTensorflow(localWheel) {
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(join(CACHE, 'extract-'));
  const download = mkdtempSync(join(tmpdir(), 'fiducial-wheel-'));
  try {
    run('python3', ['-c', EXTRACT, localWheel ?? fetchWheel(download), work]);
    for (const library of LIBRARIES) {
      spawnSync('strip', ['--strip-unneeded', join(work, 'tensorflow', library)], { stdio: 'ignore' }); // smaller; works without
    }
    rmSync(TENSORFLOW, { recursive: true, force: true });
    renameSync(work, TENSORFLOW);
  } finally {
    rmSync(work, { recursive: true, force: true });
    rmSync(download, { recursive: true, force: true });
  }
}

function compileAddon() {
  const libraries = join(PACKAGE, 'deps/lib');
  mkdirSync(libraries, { recursive: true });
  mkdirSync(join(PACKAGE, 'lib/napi-v8'), { recursive: true });
  for (const library of LIBRARIES) {
    rmSync(join(libraries, library), { force: true });
    symlinkSync(join(TENSORFLOW, 'tensorflow', library), join(libraries, library));
  }
  run('g++', [
    ...['-O2', '-shared', '-fPIC', '-std=c++17', '-DNAPI_VERSION=8'],
    `-I${join(NATIVE, 'node_modules/node-api-headers/include')}`,
    `-I${join(TENSORFLOW, 'tensorflow/include')}`,
    join(PACKAGE, 'binding/tfjs_backend.cc'),
    join(PACKAGE, 'binding/tfjs_binding.cc'),
    `-L${libraries}`,
    ...LIBRARIES.map((library) => `-l:${library}`),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    ...['-o', `${ADDON}.partial`],
  ]);
  renameSync(`${ADDON}.partial`, ADDON);
}

/** Gives TensorFlow's version where the addon loads and computes, else null. */
function tryAddon(stderr) {
  if (!existsSync(ADDON)) return null;
  try {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' };
    return execFileSync(process.execPath, ['-e', TRY], {
      cwd: NATIVE,
      env,
      stdio: ['ignore', 'pipe', stderr],
    }).toString();
  } catch {
    return null;
  }
}

const wheelFlag = process.argv.indexOf('--wheel');
const localWheel =
  wheelFlag > 0 ? resolve(process.argv[wheelFlag + 1] ?? fail('expected a file after --wheel')) : undefined;
if (localWheel && !existsSync(localWheel)) fail(`expected a wheel at ${localWheel}, found none`);

const before = tryAddon('ignore');
if (before) {
  console.log(`tfjs-node ${TFJS_VERSION} is built already: ${before}`);
} else {
  requireTools();
  if (!existsSync(join(PACKAGE, 'binding/tfjs_backend.cc'))) installPackages();
  if (!existsSync(join(TENSORFLOW, 'tensorflow', LIBRARIES[0]))) extractTensorflow(localWheel);
  compileAddon();
  const version = tryAddon('inherit');
  if (!version)
    fail('the addon was compiled and does not work; its error is above. Train with --backend wasm meanwhile');
  console.log(`tfjs-node ${TFJS_VERSION} is built: ${version}`);
}
