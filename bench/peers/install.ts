/** What the peers need beside this project, made in a folder outside it. What is there already is used again. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
/** Of one release of TensorFlow.js, as the package was built with. */
const FACE_API = ['@vladmandic/face-api@1.7.15', '@tensorflow/tfjs@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0'];
/** Where Debian's libdlib-data puts it. */
export const DLIB_MODEL = '/usr/share/dlib/shape_predictor_68_face_landmarks.dat';

const quietly = { stdio: ['ignore', 'ignore', 'inherit'] as ('ignore' | 'inherit')[] };

/** Path of the program. Throws where Debian's packages are missing: g++, libdlib-dev, libdlib-data. */
export function buildDlib(folder: string): string {
  if (!existsSync(DLIB_MODEL)) {
    throw new Error(`Expected ${DLIB_MODEL}; run \`apt-get install g++ libdlib-dev libdlib-data\``);
  }
  const program = join(folder, 'dlib68');
  // The two by their full names: their development packages need not be there.
  const libraries = ['-ldlib', '-ljpeg', '-lpng', '-l:libblas.so.3', '-l:liblapack.so.3', '-lpthread'];
  const options = ['-O3', '-march=native', '-std=c++17'];
  if (!existsSync(program)) {
    execFileSync('g++', [...options, join(here, 'dlib68.cpp'), '-o', program, ...libraries], quietly);
  }
  return program;
}

/** Path of a Python that has onnxruntime, Pillow and NumPy, each by its hash. */
export function installPython(folder: string): string {
  const python = join(folder, 'venv', 'bin', 'python');
  if (!existsSync(python)) {
    execFileSync('python3', ['-m', 'venv', join(folder, 'venv')], quietly);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes'];
    execFileSync(python, [...pip, '-r', join(here, 'requirements.txt')], quietly);
  }
  return python;
}

/** A folder in which Node finds face-api and its TensorFlow.js. */
export function installFaceApi(folder: string): string {
  const place = join(folder, 'faceApi');
  if (!existsSync(join(place, 'node_modules/@vladmandic/face-api'))) {
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"private":true}\n');
    const install = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', ...FACE_API];
    execFileSync('npm', install, { ...quietly, cwd: place });
  }
  return place;
}
