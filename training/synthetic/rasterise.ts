import type { Size } from '../../domain/geometry.ts';
import type { Mesh } from './mesh.ts';

/** What each pixel shows, before any light. */
export interface GeometryBuffer extends Size {
  /** [height][width]: index of the mesh plus one, 0 for nothing. */
  readonly mesh: Uint8Array;
  /** [height][width]: larger is nearer. */
  readonly depth: Float32Array;
  /** [height][width][3]. */
  readonly normal: Float32Array;
  readonly position: Float32Array;
  /** [height][width][2]. */
  readonly uv: Float32Array;
}

export function createGeometryBuffer({ width, height }: Size): GeometryBuffer {
  const n = width * height;
  return {
    width,
    height,
    mesh: new Uint8Array(n),
    depth: new Float32Array(n).fill(-Infinity),
    normal: new Float32Array(n * 3),
    position: new Float32Array(n * 3),
    uv: new Float32Array(n * 2),
  };
}

/** Nearest wins. `screen` is [n][3]: pixels and depth of the mesh's vertices. Both sides of triangles are drawn. */
export function rasterise(buffer: GeometryBuffer, mesh: Mesh, id: number, screen: Float32Array): void {
  eachCovered(buffer, mesh, screen, (at, a, b, c, wa, wb, wc) => {
    buffer.mesh[at] = id;
    blend(mesh.normals, buffer.normal, at, a, b, c, wa, wb, wc, 3);
    blend(mesh.positions, buffer.position, at, a, b, c, wa, wb, wc, 3);
    blend(mesh.uv, buffer.uv, at, a, b, c, wa, wb, wc, 2);
  });
}

function rasteriseDepth(buffer: DepthBuffer, mesh: Mesh, screen: Float32Array): void {
  eachCovered(buffer, mesh, screen, () => {});
}

type DepthBuffer = Pick<GeometryBuffer, 'width' | 'height' | 'depth'>;

type Visit = (at: number, a: number, b: number, c: number, wa: number, wb: number, wc: number) => void;

/** Visits each pixel whose centre lies in a triangle that is nearer than what was there, and keeps its depth. */
function eachCovered(buffer: DepthBuffer, { triangles }: Mesh, screen: Float32Array, visit: Visit): void {
  for (let i = 0; i < triangles.length; i += 3) {
    drawTriangle(buffer, screen, triangles[i]!, triangles[i + 1]!, triangles[i + 2]!, visit);
  }
}

function drawTriangle(
  { width, height, depth }: DepthBuffer,
  screen: Float32Array,
  a: number,
  b: number,
  c: number,
  visit: Visit,
): void {
  const ax = screen[a * 3]!;
  const ay = screen[a * 3 + 1]!;
  const bx = screen[b * 3]!;
  const by = screen[b * 3 + 1]!;
  const cx = screen[c * 3]!;
  const cy = screen[c * 3 + 1]!;
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0) return;
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
  const right = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
  for (let y = top; y <= bottom; y++) {
    const py = y + 0.5;
    for (let x = left; x <= right; x++) {
      const px = x + 0.5;
      const wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area;
      const wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area;
      const wc = 1 - wa - wb;
      if (wa < 0 || wb < 0 || wc < 0) continue;
      const nearness = wa * screen[a * 3 + 2]! + wb * screen[b * 3 + 2]! + wc * screen[c * 3 + 2]!;
      const at = y * width + x;
      if (nearness <= depth[at]!) continue;
      depth[at] = nearness;
      visit(at, a, b, c, wa, wb, wc);
    }
  }
}

function blend(
  from: Float32Array,
  to: Float32Array,
  at: number,
  a: number,
  b: number,
  c: number,
  wa: number,
  wb: number,
  wc: number,
  size: number,
): void {
  for (let k = 0; k < size; k++) {
    to[at * size + k] = wa * from[a * size + k]! + wb * from[b * size + k]! + wc * from[c * size + k]!;
  }
}

/** Depth from the light: whether something stands between it and a point. */
export interface ShadowMap {
  /** 1 in full light, 0 in full shadow. */
  light(x: number, y: number, z: number): number;
}

const SHADOW_SIZE = 256;
/** Half of the side of what the map covers, in half widths of a face. */
const SHADOW_REACH = 3;
/** What is nearer to the light by less than this is the surface itself. */
const SHADOW_BIAS = 0.05;

export function createShadowMap(meshes: readonly Mesh[], direction: Axis): ShadowMap {
  const [[ax, ay, az], [ux, uy, uz], [lx, ly, lz]] = basisAlong(direction);
  const scale = SHADOW_SIZE / (2 * SHADOW_REACH);
  const depth = new Float32Array(SHADOW_SIZE * SHADOW_SIZE).fill(-Infinity);
  const buffer = { width: SHADOW_SIZE, height: SHADOW_SIZE, depth };
  for (const mesh of meshes) {
    const p = mesh.positions;
    const screen = new Float32Array(p.length);
    for (let i = 0; i < p.length; i += 3) {
      const [x, y, z] = [p[i]!, p[i + 1]!, p[i + 2]!];
      screen[i] = (x * ax + y * ay + z * az + SHADOW_REACH) * scale;
      screen[i + 1] = (x * ux + y * uy + z * uz + SHADOW_REACH) * scale;
      screen[i + 2] = x * lx + y * ly + z * lz;
    }
    rasteriseDepth(buffer, mesh, screen);
  }
  const litAt = (column: number, row: number, d: number): number => {
    const inside = column >= 0 && row >= 0 && column < SHADOW_SIZE && row < SHADOW_SIZE;
    return !inside || depth[row * SHADOW_SIZE + column]! < d + SHADOW_BIAS ? 1 : 0;
  };
  return {
    light(x, y, z) {
      const u = (x * ax + y * ay + z * az + SHADOW_REACH) * scale - 0.5;
      const v = (x * ux + y * uy + z * uz + SHADOW_REACH) * scale - 0.5;
      const d = x * lx + y * ly + z * lz;
      const [column, row] = [Math.floor(u) - 1, Math.floor(v) - 1];
      const [fu, fv] = [u - column - 1, v - row - 1];
      // Four by four, the outer ones by their share: shadows with soft, smooth edges.
      let sum = 0;
      for (let j = 0; j < 4; j++) {
        const wv = j === 0 ? 1 - fv : j === 3 ? fv : 1;
        for (let i = 0; i < 4; i++) {
          const wu = i === 0 ? 1 - fu : i === 3 ? fu : 1;
          sum += wu * wv * litAt(column + i, row + j, d);
        }
      }
      return sum / 9;
    },
  };
}

type Axis = readonly [number, number, number];

/** Two axes across the direction, and the direction. */
function basisAlong([x, y, z]: Axis): [Axis, Axis, Axis] {
  const length = Math.hypot(x, z) || 1;
  const across: Axis = [z / length, 0, -x / length];
  const up: Axis = [y * across[2] - z * across[1], z * across[0] - x * across[2], x * across[1] - y * across[0]];
  return [across, up, [x, y, z]];
}
