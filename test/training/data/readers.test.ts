import { describe, expect, test } from 'vitest';
import { FiducialError } from '../../../domain/errors.ts';
import { parseAsf } from '../../../training/data/readers/asf.ts';
import { parseCoco } from '../../../training/data/readers/coco.ts';
import { parseIbugXml } from '../../../training/data/readers/ibugXml.ts';
import { parseImagesJsonl } from '../../../training/data/readers/imagesJsonl.ts';
import { formatPts, parsePts } from '../../../training/data/readers/pts.ts';

const ASF = `######
#
#    AAM Shape File
#
######

#
# number of model points
#
2

# format: <path#> <type> <x rel.> <y rel.> <point#> <connects from> <connects to>
0 \t4 \t0.25 \t0.5 \t0 \t0 \t1
0 \t4 \t0.75 \t0.125 \t1 \t0 \t1

# host image
01-1m.bmp
`;

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(FiducialError);
    expect((error as FiducialError).code).toBe('INVALID_DATASET');
    return (error as FiducialError).message;
  }
  throw new Error('Expected INVALID_DATASET, got no error');
}

describe('ASF', () => {
  test('gives relative coordinates as they stand, and the host image', () => {
    expect(parseAsf(ASF, 'a.asf')).toEqual({
      relative: [
        [0.25, 0.5],
        [0.75, 0.125],
      ],
      hostImage: '01-1m.bmp',
    });
  });

  test('takes the ten columns of IMM-Frontal and CRLF', () => {
    const ten = ASF.replaceAll('\t1\n', '\t1\t0.000000\t0.000000\t0.000000\n').replaceAll('\n', '\r\n');
    expect(parseAsf(ten, 'a.asf').relative).toHaveLength(2);
  });

  test.each([
    ['0.125', 'oops', /^a\.asf:14: expected a point: .* got "0 4 0\.75 oops 1 0 1"$/],
    ['\n2\n', '\n3\n', /^a\.asf:\d+: expected a point: .* got "01-1m\.bmp"$/],
    ['\n2\n', '\ntwo\n', /^a\.asf:10: expected the number of model points, got "two"$/],
    ['\t1 \t0 \t1\n\n', '\t7 \t0 \t1\n\n', /^a\.asf:14: expected point number 1, got 7$/],
  ])('says what is wrong and where when %j becomes %j', (from, to, message) => {
    expect(messageOf(() => parseAsf(ASF.replace(from, to), 'a.asf'))).toMatch(message);
  });
});

describe('.pts', () => {
  const PTS = 'version: 1\nn_points: 2\n{\n204.866 245.009\n-3 1e2\n}\n';
  const points = [
    [205.366, 245.509],
    [-2.5, 100.5],
  ];

  test.each([
    ['as 300-W has it', PTS],
    ['with CRLF and a byte order mark', `\uFEFF${PTS.replaceAll('\n', '\r\n')}`],
    ['without head and braces', '204.866 245.009\n-3 1e2'],
    ['without the last brace', PTS.replace('}\n', '')],
  ])('are pixel indices, so half a pixel is added: %s', (_, text) => {
    expect(parsePts(text, 'a.pts')).toEqual(points);
  });

  test('come back as they were written', () => {
    expect(parsePts(formatPts([[0.5, 12.25]]), 'a.pts')).toEqual([[0.5, 12.25]]);
  });

  test.each([
    ['204.866 245.009', '204.866', 'a.pts:4: expected two numbers "x y", got "204.866"'],
    ['n_points: 2', 'n_points: 68', 'a.pts:2: expected 68 points as n_points says, got 2'],
    ['}', '}\n1 2', 'a.pts:7: expected nothing after }, got "1 2"'],
  ])('say what is wrong and where when %j becomes %j', (from, to, message) => {
    expect(messageOf(() => parsePts(PTS.replace(from, to), 'a.pts'))).toBe(message);
  });
});

describe('dlib and ibug XML', () => {
  const part = (name: string, x: number, y: number) => `<part name='${name}' x='${x}' y='${y}'/>`;
  const box = (inner: string, left = -36) => `<box top='154' left='${left}' width='180' height='181'>${inner}</box>`;
  const xml = (inner: string) =>
    `<?xml version='1.0' encoding='ISO-8859-1'?>\n<dataset><name>A set</name>\n<images>\n${inner}\n</images></dataset>`;
  const image = (inner: string) => `<image file='lfpw/trainset/1.jpg' width='412' height='519'>${inner}</image>`;

  test('keep boxes that reach outside as they stand, and add half a pixel to parts, in order of their names', () => {
    const { name, faces } = parseIbugXml(xml(image(box(part('01', 3, 4) + part('00', 1.5, 2)))), 'a.xml');
    expect(name).toBe('A set');
    expect(faces).toEqual([
      {
        file: 'lfpw/trainset/1.jpg',
        size: { width: 412, height: 519 },
        box: { left: -36, top: 154, width: 180, height: 181 },
        keypoints: [
          [2, 2.5],
          [3.5, 4.5],
        ],
      },
    ]);
  });

  test('may have no parts (a test set), several faces in an image, and images without a face', () => {
    const text = xml(image(box('') + box('', 200)) + image(''));
    const { faces } = parseIbugXml(text, 'a.xml');
    expect(faces.map(({ box, keypoints }) => [box?.left ?? null, keypoints])).toEqual([
      [-36, null],
      [200, null],
      [null, null],
    ]);
  });

  test.each([
    [
      'a part twice',
      image(box(part('00', 1, 1) + part('00', 1, 1))),
      /a\.xml:4: expected parts named 0 to 1, each once/,
    ],
    [
      'a word for a number',
      image(box(`<part name='00' x='one' y='1'/>`)),
      /a\.xml:4: expected parts with name, x and y/,
    ],
    [
      'a box without width',
      image(`<box top='1' left='1' height='3'/>`),
      /a\.xml:4: expected a box with a positive width/,
    ],
    ['no image at all', '', /a\.xml: expected <dataset><images><image>, got no image/],
  ])('name the line of %s', (_, inner, message) => {
    expect(messageOf(() => parseIbugXml(xml(inner), 'a.xml'))).toMatch(message);
  });

  test('name the line of the very element, whatever comments and other faces stand before it', () => {
    const good = image(box(part('0', 1, 1)));
    const bad = `<image file='lfpw/trainset/1.jpg'>\n${box('', 1)}\n${box(`\n${part('0', 1, 1)}\n${part('5', 1, 1)}`)}</image>`;
    const text = xml(`<!-- <image file='x'>\n<box> -->\n${good}\n${bad}`);
    const line = text.split('\n').findIndex((each) => each.includes("name='5'")) + 1;
    expect(messageOf(() => parseIbugXml(text, 'a.xml'))).toBe(
      `a.xml:${line}: expected parts named 0 to 1, each once, got "5"`,
    );
  });

  test('that are not well-formed name the line', () => {
    expect(messageOf(() => parseIbugXml(xml('<image>\n</box>'), 'a.xml'))).toMatch(
      /^a\.xml:\d: expected well-formed XML/,
    );
  });
});

describe('COCO keypoints', () => {
  const coco = (annotations: unknown[]) =>
    JSON.stringify({ images: [{ id: 7, file_name: 'a.jpg', width: 10, height: 20 }], annotations });

  test('are pixel indices, boxes are not, and v = 0 is unlabelled', () => {
    const text = coco([{ image_id: 7, bbox: [1, 2, 3, 4], keypoints: [1, 2, 2, 0, 0, 0] }]);
    expect(parseCoco(text, 'a.json')).toEqual([
      {
        file: 'a.jpg',
        size: { width: 10, height: 20 },
        box: { left: 1, top: 2, width: 3, height: 4 },
        keypoints: [
          [1.5, 2.5],
          [0.5, 0.5],
        ],
        labelled: [true, false],
      },
    ]);
  });

  test('leave images without annotation in, without a face', () => {
    expect(parseCoco(coco([]), 'a.json')).toMatchObject([{ file: 'a.jpg', box: null, keypoints: null }]);
  });

  test.each([
    [coco([{ image_id: 8 }]), /expected an image with the id of annotations\[0\], got none with 8/],
    [coco([{ image_id: 7, keypoints: [1, 2] }]), /expected annotations\[0\]\.keypoints in threes/],
    ['{"images": [{}], "annotations": []}', /expected COCO keypoint annotations, got images\.0\.id/],
    ['{\n', /^a\.json:2: expected JSON/],
    ['{\n"images": [1,],\n"annotations": []}', /^a\.json:2: expected JSON/],
  ])('say what is wrong with %s', (text, message) => {
    expect(messageOf(() => parseCoco(text, 'a.json'))).toMatch(message);
  });
});

describe('the line of a COCO file', () => {
  const images = [{ id: 7, file_name: 'a "quoted" \\ {name].jpg' }];
  const lineOf = (annotations: unknown[], value: string) => {
    const text = JSON.stringify({ info: { a: [1, [2]], b: null }, images, annotations }, null, 1);
    const expected = text.split('\n').findIndex((line) => line.includes(value)) + 1;
    return [messageOf(() => parseCoco(text, 'a.json')).split(':')[1], String(expected)];
  };

  test.each([
    [[{ image_id: 7 }, { image_id: 8 }], '"image_id": 8'],
    [[{ image_id: 7 }, { bbox: [1, 2, 3, 4], image_id: 7, keypoints: [1, 2] }], '"keypoints"'],
    [[{ image_id: 7, bbox: [1, 2, 'three', 4] }], '"three"'],
  ])('of %j is named', (annotations, value) => {
    const [got, expected] = lineOf(annotations, value);
    expect(got).toBe(expected);
  });
});

describe('images.jsonl', () => {
  test('gives its lines, blank ones aside', () => {
    const line = { key: 'a.jpg', keypoints: [[1, 2]], layout: 'nose1', group: 'anna' };
    expect(parseImagesJsonl(`${JSON.stringify(line)}\n\n{"key":"b.jpg"}\n`, 'i')).toEqual([line, { key: 'b.jpg' }]);
  });

  test('names the line and the field', () => {
    expect(messageOf(() => parseImagesJsonl('{"key":"a"}\n{"key":"b","box":{"left":1}}', 'i'))).toMatch(
      /^i:2: .*box\.top/,
    );
    expect(messageOf(() => parseImagesJsonl('{"key":', 'i'))).toMatch(/^i:1: expected a JSON object/);
  });
});
