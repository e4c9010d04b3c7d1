/** Which faces must stay on one side of a split: by person where the names of files tell, by photo where they do not. */
import { posix } from 'node:path';

/** `04-1m.jpg`, `07_03.jpg`: the subject is the first two digits (IMM, IMM-Frontal). */
export function immSubject(key: string): string | null {
  return /^(\d\d)[-_]/.exec(posix.basename(key))?.[1] ?? null;
}

/** `train/Adrian_Nastase_10.jpg`: the person is the name before the last `_` (YouTube Faces). */
export function youTubePerson(key: string): string {
  return stem(posix.basename(key)).replace(/_[^_]*$/, '');
}

/**
 * The photo of a 300-W face: its key without ending, and without the number of the face in `afw/NAME_2` and
 * `helen/trainset/NAME_2`. What the hash split hashes.
 */
export function photoKey(key: string): string {
  const name = stem(key);
  return /(^|\/)(afw|helen)\//.test(name) ? name.replace(/_\d+$/, '') : name;
}

/** `lfpw`, `helen`, `afw`, `ibug` where a folder of the key says so: the parts of 300-W. */
export function partOf300W(key: string): string | null {
  return /(?:^|\/)(lfpw|helen|afw|ibug)\//.exec(key)?.[1] ?? null;
}

/** `afw/NAME` where the folder `afw` itself was opened: keys as the XML above it has them. */
export function keyIn300W(folder: string, key: string): string {
  return partOf300W(`${folder}/`) && !partOf300W(key) ? `${folder}/${key}` : key;
}

export function stem(path: string): string {
  return path.replace(/\.[^./]+$/, '');
}
