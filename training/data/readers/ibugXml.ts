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
  const wrong = complaints(text, file);
  const name = typeof dataset?.name === 'string' ? dataset.name : '';
  return { name, faces: images.flatMap((image, index) => parseImage(image, { wrong, at: [index] })) };
}

/** Where an element stands: which image of the file, which box of that image, which part of that box. */
type Place = readonly number[];

interface Element {
  readonly at: Place;
  wrong(at: Place, expected: string, got: string): Error;
}

const TAGS = [/<image[\s/>]/g, /<box[\s/>]/g, /<part[\s/>]/g] as const;

/** Finds the line of an element only when something is wrong with it: the parser does not keep lines. */
function complaints(text: string, file: string): Element['wrong'] {
  // Comments may hold elements that the parser does not see.
  const seen = text.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ' '));
  return (place, expected, got) => {
    let start = 0;
    for (const [depth, index] of place.entries()) {
      const tag = new RegExp(TAGS[depth]!);
      tag.lastIndex = start;
      for (let i = 0; i <= index; i++) start = tag.exec(seen)?.index ?? start;
    }
    return invalidDataset(file, seen.slice(0, start).split('\n').length, expected, got);
  };
}

function parseImage(image: Node, { at, wrong }: Element): IbugFace[] {
  const name = image.file;
  if (typeof name !== 'string' || name === '') throw wrong(at, 'an image with a file', 'none');
  const file = name.replaceAll('\\', '/');
  const size = parseSize(image);
  const boxes = children(image, 'box');
  if (boxes.length === 0) return [{ file, size, box: null, keypoints: null }];
  return boxes.map((box, index) => {
    const element = { wrong, at: [...at, index] };
    return { file, size, box: parseBox(box, element), keypoints: parseParts(box, element) };
  });
}

function parseSize(image: Node): Size | null {
  const width = parseNumber(String(image.width ?? ''));
  const height = parseNumber(String(image.height ?? ''));
  return width && height ? { width, height } : null;
}

function parseBox(box: Node, { at, wrong }: Element): Box {
  const side = (key: 'left' | 'top' | 'width' | 'height') => {
    const value = parseNumber(String(box[key] ?? ''));
    const positive = key === 'width' || key === 'height';
    if (value !== null && (!positive || value > 0)) return value;
    throw wrong(
      at,
      `a box with ${positive ? 'a positive' : 'a number as'} ${key}`,
      excerpt(String(box[key] ?? 'none')),
    );
  };
  return { left: side('left'), top: side('top'), width: side('width'), height: side('height') };
}

function parseParts(box: Node, { at, wrong }: Element): Point[] | null {
  const parts = children(box, 'part');
  if (parts.length === 0) return null;
  const points: (Point | undefined)[] = Array.from({ length: parts.length });
  for (const [order, part] of parts.entries()) {
    const index = parseNumber(String(part.name ?? ''));
    const x = parseNumber(String(part.x ?? ''));
    const y = parseNumber(String(part.y ?? ''));
    const here = [...at, order];
    if (index === null || x === null || y === null) {
      throw wrong(here, 'parts with name, x and y as numbers', excerpt(JSON.stringify(part)));
    }
    if (!(index in points) || points[index]) {
      throw wrong(here, `parts named 0 to ${parts.length - 1}, each once`, excerpt(String(part.name)));
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
