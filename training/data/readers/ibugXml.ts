/**
 * dlib's imglab XML, in which the ibug 300-W set and the class's Kaggle set are distributed: `dataset/images/image
 * [file, width, height]/box [left, top, width, height]/part [name, x, y]`.
 *
 * Boxes are whole pixels from `left` to `left + width - 1`, so their outer corners are `left` and `left + width`, and
 * nothing is added; they may be negative. Parts are pixel indices: 0.5 is added. A test set has no parts.
 */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { Box, Point, Size } from '../../../domain/geometry.ts';
import { excerpt, invalidDataset, parseNumber } from '../invalid.ts';

export interface IbugFace {
  /** As the XML has it, relative to the XML. */
  readonly file: string;
  readonly size: Size | null;
  readonly box: Box | null;
  /** In order of the parts' names. Null where the box has no parts. */
  readonly keypoints: Point[] | null;
}

export interface IbugXml {
  /** What the file calls itself; empty where it does not. */
  readonly name: string;
  readonly faces: IbugFace[];
}

type Node = Readonly<Record<string, unknown>>;

/** A face a box, in the order of the file; an image without boxes is one without a box. Throws INVALID_DATASET. */
export function parseIbugXml(text: string, file: string): IbugXml {
  const valid = XMLValidator.validate(text);
  if (valid !== true) throw invalidDataset(file, valid.err.line, 'well-formed XML', valid.err.msg);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseAttributeValue: false,
    isArray: (name) => name === 'image' || name === 'box' || name === 'part',
  });
  const dataset = child(parser.parse(text), 'dataset');
  const images = children(child(dataset, 'images'), 'image');
  if (images.length === 0) throw invalidDataset(file, null, '<dataset><images><image>', 'no image');
  const where = new ImageLines(text, file);
  const name = typeof dataset?.name === 'string' ? dataset.name : '';
  return { name, faces: images.flatMap((image) => parseImage(image, where)) };
}

/** Finds the line of an image only when something is wrong with it: the parser does not keep lines. */
class ImageLines {
  readonly text: string;
  readonly file: string;
  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
  }
  wrong(image: string, expected: string, got: string) {
    const at = this.text.indexOf(image);
    const line = at < 0 ? null : this.text.slice(0, at).split('\n').length;
    return invalidDataset(this.file, line, expected, got);
  }
}

function parseImage(image: Node, where: ImageLines): IbugFace[] {
  const name = image.file;
  if (typeof name !== 'string' || name === '') throw where.wrong('<image', 'an image with a file', 'none');
  const file = name.replaceAll('\\', '/');
  const size = parseSize(image);
  const boxes = children(image, 'box');
  if (boxes.length === 0) return [{ file, size, box: null, keypoints: null }];
  return boxes.map((box) => ({ file, size, box: parseBox(box, name, where), keypoints: parseParts(box, name, where) }));
}

function parseSize(image: Node): Size | null {
  const width = parseNumber(String(image.width ?? ''));
  const height = parseNumber(String(image.height ?? ''));
  return width && height ? { width, height } : null;
}

function parseBox(box: Node, name: string, where: ImageLines): Box {
  const side = (key: 'left' | 'top' | 'width' | 'height') => {
    const value = parseNumber(String(box[key] ?? ''));
    const positive = key === 'width' || key === 'height';
    if (value === null || (positive && value <= 0)) {
      throw where.wrong(
        name,
        `a box with ${positive ? 'a positive' : 'a number as'} ${key}`,
        excerpt(String(box[key])),
      );
    }
    return value;
  };
  return { left: side('left'), top: side('top'), width: side('width'), height: side('height') };
}

function parseParts(box: Node, name: string, where: ImageLines): Point[] | null {
  const parts = children(box, 'part');
  if (parts.length === 0) return null;
  const points: (Point | undefined)[] = Array.from({ length: parts.length });
  for (const part of parts) {
    const index = parseNumber(String(part.name ?? ''));
    const x = parseNumber(String(part.x ?? ''));
    const y = parseNumber(String(part.y ?? ''));
    if (index === null || x === null || y === null) {
      throw where.wrong(name, 'parts with name, x and y as numbers', excerpt(JSON.stringify(part)));
    }
    if (index >= parts.length || points[index]) {
      throw where.wrong(name, `parts named 0 to ${parts.length - 1}, each once`, excerpt(String(part.name)));
    }
    points[index] = [x + 0.5, y + 0.5];
  }
  return points as Point[];
}

function child(node: unknown, name: string): Node | undefined {
  const value = node && typeof node === 'object' ? (node as Node)[name] : undefined;
  return value && typeof value === 'object' ? (value as Node) : undefined;
}

function children(node: Node | undefined, name: string): Node[] {
  const value = node?.[name];
  return Array.isArray(value) ? value.filter((item): item is Node => typeof item === 'object' && item !== null) : [];
}
