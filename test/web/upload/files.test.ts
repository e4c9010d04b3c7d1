import { expect, test } from 'vitest';
import { type ChosenFile, selectionOf } from '../../../web/upload/files.ts';

function chosen(...paths: string[]): ChosenFile[] {
  return paths.map((path) => ({ path, file: new File(['x'], path.split('/').at(-1)!) }));
}

const paths = (files: readonly ChosenFile[]) => files.map(({ path }) => path);

test('paths are below the folder that was dropped', () => {
  const { images } = selectionOf(chosen('faces/a.jpg', 'faces/b/c.png'));
  expect(paths(images)).toEqual(['a.jpg', 'b/c.png']);
});

test('two folders keep their names, so that equal names do not meet', () => {
  const { images } = selectionOf(chosen('one/a.jpg', 'two/a.jpg'));
  expect(paths(images)).toEqual(['one/a.jpg', 'two/a.jpg']);
});

test('images.jsonl at the top is the manifest; other labels and hidden files are named, not uploaded', () => {
  const found = selectionOf(chosen('f/images.jsonl', 'f/a.jpg', 'f/a.pts', 'f/.DS_Store', 'f/deep/images.jsonl'));
  expect(paths(found.images)).toEqual(['a.jpg']);
  expect(found.manifest?.name).toBe('images.jsonl');
  expect(found.leftOut).toEqual(['a.pts', '.DS_Store', 'deep/images.jsonl']);
});

test('a file that is no image by its name is uploaded all the same: its content decides', () => {
  expect(paths(selectionOf(chosen('f/photo', 'f/<img onerror=alert(1)>')).images)).toHaveLength(2);
});
