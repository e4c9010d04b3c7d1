/**
 * Boxes, crops and similarity transforms.
 *
 * Coordinates are continuous pixels: (0, 0) is the outer corner of the top-left pixel, and the centre of that pixel
 * is (0.5, 0.5). x grows to the right, y downwards. Readers of labels that are pixel indices add 0.5, writers
 * subtract it.
 */

/** [x, y] in pixels of the image as displayed (EXIF orientation applied), or in crop units, as the context says. */
export type Point = readonly [x: number, y: number];

/** In pixels of the image as displayed. May reach outside the image (300-W has such boxes). */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function boxCentre(box: Box): Point {
  return [box.left + box.width / 2, box.top + box.height / 2];
}

/** The smallest box around the points. Throws RangeError on no points. */
export function boundingBox(points: readonly Point[]): Box {
  if (points.length === 0) throw new RangeError('Expected at least one point, got none');
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const [x, y] of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** Grown about its centre: a factor of 1.2 adds a tenth of the side on each side. */
export function scaleBox(box: Box, factor: number): Box {
  const [cx, cy] = boxCentre(box);
  const width = box.width * factor;
  const height = box.height * factor;
  return { left: cx - width / 2, top: cy - height / 2, width, height };
}

/** Moved by `dx`, `dy`, in fractions of its own sides. */
export function shiftBox(box: Box, dx: number, dy: number): Box {
  return { ...box, left: box.left + dx * box.width, top: box.top + dy * box.height };
}

/** The square about the box's centre whose side is `margin` times the longer side of the box. */
export function squareAround(box: Box, margin: number): Box {
  const [cx, cy] = boxCentre(box);
  const side = Math.max(box.width, box.height) * margin;
  return { left: cx - side / 2, top: cy - side / 2, width: side, height: side };
}

export function intersectBoxes(a: Box, b: Box): Box | null {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  const width = Math.min(a.left + a.width, b.left + b.width) - left;
  const height = Math.min(a.top + a.height, b.top + b.height) - top;
  return width > 0 && height > 0 ? { left, top, width, height } : null;
}

/** Intersection over union, 0 to 1. */
export function iou(a: Box, b: Box): number {
  const both = intersectBoxes(a, b);
  if (!both) return 0;
  const shared = both.width * both.height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/**
 * x' = a x + b y + tx,  y' = c x + d y + ty. General affine, so that the anisotropic fit of `stretch` crops and the
 * mirror image of flips are expressible; similarity transforms are those with a = d and b = -c.
 */
export interface Transform {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly tx: number;
  readonly ty: number;
}

export const IDENTITY: Transform = { a: 1, b: 0, c: 0, d: 1, tx: 0, ty: 0 };

export function applyTransform(t: Transform, [x, y]: Point): Point {
  return [t.a * x + t.b * y + t.tx, t.c * x + t.d * y + t.ty];
}

export function applyToAll(t: Transform, points: readonly Point[]): Point[] {
  return points.map((point) => applyTransform(t, point));
}

/** `first`, then `second`. */
export function composeTransforms(first: Transform, second: Transform): Transform {
  return {
    a: second.a * first.a + second.b * first.c,
    b: second.a * first.b + second.b * first.d,
    c: second.c * first.a + second.d * first.c,
    d: second.c * first.b + second.d * first.d,
    tx: second.a * first.tx + second.b * first.ty + second.tx,
    ty: second.c * first.tx + second.d * first.ty + second.ty,
  };
}

/** Throws RangeError where the transform collapses the plane. */
export function invertTransform(t: Transform): Transform {
  const determinant = t.a * t.d - t.b * t.c;
  if (determinant === 0 || !Number.isFinite(determinant)) {
    throw new RangeError(`Expected an invertible transform, got determinant ${determinant}`);
  }
  const a = t.d / determinant;
  const b = -t.b / determinant;
  const c = -t.c / determinant;
  const d = t.a / determinant;
  return { a, b, c, d, tx: -(a * t.tx + b * t.ty), ty: -(c * t.tx + d * t.ty) };
}

/** Rotation by `radians` (clockwise as displayed, since y grows downwards) and scale about `centre`, then a shift. */
export function similarity(centre: Point, radians: number, scale: number, shift: Point = [0, 0]): Transform {
  const cos = Math.cos(radians) * scale;
  const sin = Math.sin(radians) * scale;
  const [cx, cy] = centre;
  return {
    a: cos,
    b: -sin,
    c: sin,
    d: cos,
    tx: cx - cos * cx + sin * cy + shift[0],
    ty: cy - sin * cx - cos * cy + shift[1],
  };
}

/** Takes `from` onto `to`, each axis on its own. */
export function boxToBox(from: Box, to: Box): Transform {
  const a = to.width / from.width;
  const d = to.height / from.height;
  return { a, b: 0, c: 0, d, tx: to.left - a * from.left, ty: to.top - d * from.top };
}

/**
 * The similarity (rotation, uniform scale, shift; no reflection) that takes `from` nearest to `to` in least squares.
 * Umeyama, "Least-squares estimation of transformation parameters between two point patterns", PAMI 1991, in 2-D.
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Transform {
  if (from.length !== to.length || from.length < 2) {
    throw new RangeError(`Expected two point lists of one length of at least 2, got ${from.length} and ${to.length}`);
  }
  const n = from.length;
  const mean = (points: readonly Point[], axis: 0 | 1) => points.reduce((sum, p) => sum + p[axis], 0) / n;
  const [fx, fy, gx, gy] = [mean(from, 0), mean(from, 1), mean(to, 0), mean(to, 1)];
  let dot = 0;
  let cross = 0;
  let spread = 0;
  for (let i = 0; i < n; i++) {
    const [px, py] = [from[i]![0] - fx, from[i]![1] - fy];
    const [qx, qy] = [to[i]![0] - gx, to[i]![1] - gy];
    dot += px * qx + py * qy;
    cross += px * qy - py * qx;
    spread += px * px + py * py;
  }
  if (spread === 0) throw new RangeError('Expected points that differ, got one point repeated');
  const cos = dot / spread;
  const sin = cross / spread;
  return { a: cos, b: -sin, c: sin, d: cos, tx: gx - cos * fx + sin * fy, ty: gy - sin * fx - cos * fy };
}
