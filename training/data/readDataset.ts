/** From a path to samples: which reader a folder or file needs, and who the people in it are. */
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import pLimit from 'p-limit';
import { guessLayout } from '../../domain/layouts.ts';
import type { ManifestEntry } from '../../domain/records.ts';
import { filesBelow, folderHolding, imageBeside, readText } from './files.ts';
import { immSubject, keyIn300W, partOf300W, photoKey, stem, youTubePerson } from './groups.ts';
import { imageSize } from './imageSize.ts';
import { invalidDataset } from './invalid.ts';
import { parseAsf } from './readers/asf.ts';
import { looksLikeCoco, parseCoco } from './readers/coco.ts';
import { type IbugFace, parseIbugXml } from './readers/ibugXml.ts';
import { parseImagesJsonl } from './readers/imagesJsonl.ts';
import { parsePts } from './readers/pts.ts';
import type { Dataset, DatasetKind, Sample } from './sample.ts';

const READS = 16;

/**
 * Reads a folder of `.asf` or `.pts` beside images, of dlib/ibug XML (a `_train` and a `_test` file are one set with
 * its parts given), of COCO JSON, or with an `images.jsonl`; or one such file.
 * Throws INVALID_DATASET naming the file, the line, what was expected and what was got.
 */
export async function readDataset(path: string): Promise<Dataset> {
  const absolute = resolve(path);
  const info = await stat(absolute).catch((cause: Error) => {
    throw invalidDataset(absolute, null, 'a folder or an annotation file', 'nothing there', cause);
  });
  if (info.isFile()) return readAnnotationFiles(dirname(absolute), [basename(absolute)]);
  return readAnnotationFiles(absolute, await annotationFiles(absolute));
}

/** Names relative to the folder; all of one kind. */
async function annotationFiles(folder: string): Promise<string[]> {
  const files = await filesBelow(folder);
  if (files.includes('images.jsonl')) return ['images.jsonl'];
  const top = files.filter((file) => !file.includes('/'));
  const xml = top.filter((file) => file.toLowerCase().endsWith('.xml'));
  if (xml.length > 0) return trainAndTest(xml);
  for (const ending of ['.asf', '.pts']) {
    const beside = files.filter((file) => extname(file).toLowerCase() === ending);
    if (beside.length > 0) return beside;
  }
  const json = files.filter((name) => /^(annotations\/)?[^/]+\.json$/.test(name));
  const damaged: string[] = [];
  for (const file of json) {
    const value = parseOrNull(await readText(join(folder, file)));
    if (looksLikeCoco(value)) return [file];
    if (value === null) damaged.push(file);
  }
  // Nothing else is there: what is wrong with it will be said of the file.
  if (damaged.length > 0) return damaged.slice(0, 1);
  throw invalidDataset(folder, null, 'images.jsonl, an XML, .asf, .pts or COCO JSON in the folder', 'none of them');
}

/** Some distributions have a third file with everything, which would double each face. */
function trainAndTest(xml: readonly string[]): string[] {
  const pair = xml.filter((file) => givenPart(file) !== null);
  return pair.length >= 2 ? pair : xml.slice(0, 1);
}

function givenPart(file: string): 'train' | 'test' | null {
  return (/_(train|test)\.xml$/i.exec(file)?.[1]?.toLowerCase() as 'train' | 'test' | undefined) ?? null;
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function readAnnotationFiles(root: string, files: readonly string[]): Promise<Dataset> {
  const name = basename(root);
  const ending = extname(files[0]!).toLowerCase();
  const dataset = (kind: DatasetKind, samples: Sample[]): Dataset => ({ name, root, kind, samples });
  switch (ending) {
    case '.jsonl':
      return dataset('images-jsonl', await readManifest(root, files[0]!, name));
    case '.xml':
      return dataset(
        'ibug-xml',
        (await Promise.all(files.map((f) => readXml(root, f, name, files.length > 1)))).flat(),
      );
    case '.json':
      return dataset('coco', await readCoco(root, files[0]!, name));
    case '.asf':
    case '.pts': {
      const kind = ending === '.asf' ? 'asf' : 'pts';
      const beside = new Set(await filesBelow(root));
      const limit = pLimit(READS);
      const read = kind === 'asf' ? readAsf : readPts;
      return dataset(kind, await Promise.all(files.map((file) => limit(() => read(root, file, name, beside)))));
    }
    default:
      throw invalidDataset(join(root, files[0]!), null, 'a file ending .jsonl, .xml, .json, .asf or .pts', ending);
  }
}

const NOTHING_KNOWN = { size: null, box: null, labelled: null, givenPart: null } as const;

async function readAsf(root: string, file: string, source: string, beside: ReadonlySet<string>): Promise<Sample> {
  const path = join(root, file);
  const shape = parseAsf(await readText(path), path);
  const key = imageBeside(stem(file), beside);
  if (!key) throw invalidDataset(path, null, `an image named ${stem(file)} beside it`, 'none');
  const size = await imageSize(join(root, key));
  return {
    ...NOTHING_KNOWN,
    image: join(root, key),
    key,
    size,
    keypoints: shape.relative.map(([x, y]) => [x * size.width, y * size.height]),
    layout: guessLayout(shape.relative.length),
    group: `${source}/${immSubject(key) ?? stem(key)}`,
    source,
  };
}

async function readPts(root: string, file: string, source: string, beside: ReadonlySet<string>): Promise<Sample> {
  const path = join(root, file);
  const keypoints = parsePts(await readText(path), path);
  // Without an image the points are still truth for images that lie elsewhere.
  const key = imageBeside(stem(file), beside) ?? stem(file);
  return {
    ...NOTHING_KNOWN,
    image: join(root, key),
    key,
    keypoints,
    layout: guessLayout(keypoints.length),
    group: photoKey(keyIn300W(source, key)),
    source: partOf300W(key) ?? source,
  };
}

async function readXml(root: string, file: string, source: string, paired: boolean): Promise<Sample[]> {
  const path = join(root, file);
  const { name, faces } = parseIbugXml(await readText(path), path);
  const people = /youtube faces|ytf/i.test(`${name} ${source}`);
  const part = paired ? givenPart(file) : null;
  return faces.map((face: IbugFace) => ({
    image: join(root, face.file),
    key: face.file,
    size: face.size,
    box: face.box,
    keypoints: face.keypoints,
    labelled: null,
    layout: face.keypoints && guessLayout(face.keypoints.length),
    group: people ? `${source}/${youTubePerson(face.file)}` : photoKey(face.file),
    source: (people ? null : partOf300W(face.file)) ?? source,
    givenPart: part,
  }));
}

async function readCoco(root: string, file: string, source: string): Promise<Sample[]> {
  const path = join(root, file);
  const faces = parseCoco(await readText(path), path);
  const folders = ['', 'images', '../images', '..'].map((folder) => join(dirname(path), folder));
  const images = folderHolding(faces[0]?.file ?? '', folders);
  return faces.map((face) => ({
    ...NOTHING_KNOWN,
    image: join(images, face.file),
    key: face.file,
    size: face.size,
    box: face.box,
    keypoints: face.keypoints,
    labelled: face.labelled,
    layout: face.keypoints && guessLayout(face.keypoints.length),
    group: face.file,
    source,
  }));
}

async function readManifest(root: string, file: string, source: string): Promise<Sample[]> {
  const path = join(root, file);
  const entries = parseImagesJsonl(await readText(path), path);
  const images = folderHolding(entries[0]?.key ?? '', [join(root, 'images'), root]);
  return entries.map((entry: ManifestEntry) => ({
    ...NOTHING_KNOWN,
    image: join(images, entry.key),
    key: entry.key,
    box: entry.box ?? null,
    keypoints: entry.keypoints ?? null,
    layout: entry.layout ?? (entry.keypoints ? guessLayout(entry.keypoints.length) : null),
    group: entry.group ?? entry.key,
    source,
  }));
}
