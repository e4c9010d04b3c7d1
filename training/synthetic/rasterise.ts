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
  for (let i = 0; i < mesh.triangles.length; i += 3) {
    drawTriangle(buffer, mesh, id, screen, mesh.triangles[i]!, mesh.triangles[i + 1]!, mesh.triangles[i + 2]!);
  }
}

function drawTriangle(
  buffer: GeometryBuffer,
  mesh: Mesh,
  id: number,
  screen: Float32Array,
  a: number,
  b: number,
  c: number,
): void {
  const [ax, ay, az] = [screen[a * 3]!, screen[a * 3 + 1]!, screen[a * 3 + 2]!];
  const [bx, by, bz] = [screen[b * 3]!, screen[b * 3 + 1]!, screen[b * 3 + 2]!];
  const [cx, cy, cz] = [screen[c * 3]!, screen[c * 3 + 1]!, screen[c * 3 + 2]!];
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (area === 0) return;
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
  const right = Math.min(buffer.width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(buffer.height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
  for (let y = top; y <= bottom; y++) {
    const py = y + 0.5;
    for (let x = left; x <= right; x++) {
      const px = x + 0.5;
      const wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area;
      const wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area;
      const wc = 1 - wa - wb;
      if (wa < 0 || wb < 0 || wc < 0) continue;
      const depth = wa * az + wb * bz + wc * cz;
      const at = y * buffer.width + x;
      if (depth <= buffer.depth[at]!) continue;
      buffer.depth[at] = depth;
      buffer.mesh[at] = id;
      blend(mesh.normals, buffer.normal, at, a, b, c, wa, wb, wc, 3);
      blend(mesh.positions, buffer.position, at, a, b, c, wa, wb, wc, 3);
      blend(mesh.uv, buffer.uv, at, a, b, c, wa, wb, wc, 2);
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

const SHADOW_SIZE = 320;
/** Half of the side of what the map covers, in half widths of a face. */
const SHADOW_REACH = 3;

export function createShadowMap(meshes: readonly Mesh[], direction: readonly [number, number, number]): ShadowMap {
  const basis = basisAlong(direction);
  const toMap = (x: number, y: number, z: number) =>
    basis.map(([bx, by, bz], row) => {
      const value = x * bx + y * by + z * bz;
      return row === 2 ? value : ((value + SHADOW_REACH) / (2 * SHADOW_REACH)) * SHADOW_SIZE;
    }) as [number, number, number];
  const depth = new Float32Array(SHADOW_SIZE * SHADOW_SIZE).fill(-Infinity);
  const buffer = { ...createGeometryBuffer({ width: SHADOW_SIZE, height: SHADOW_SIZE }), depth };
  for (const mesh of meshes) {
    const screen = new Float32Array(mesh.positions.length);
    for (let i = 0; i < screen.length; i += 3) {
      screen.set(toMap(mesh.positions[i]!, mesh.positions[i + 1]!, mesh.positions[i + 2]!), i);
    }
    rasterise(buffer, mesh, 1, screen);
  }
  return {
    light(x, y, z) {
      const [u, v, d] = toMap(x, y, z);
      let lit = 0;
      for (let dy = -1.5; dy <= 1.5; dy++) {
        for (let dx = -1.5; dx <= 1.5; dx++) {
          const [column, row] = [Math.round(u + dx * 1.4 - 0.5), Math.round(v + dy * 1.4 - 0.5)];
          const inside = column >= 0 && row >= 0 && column < SHADOW_SIZE && row < SHADOW_SIZE;
          if (!inside || depth[row * SHADOW_SIZE + column]! < d + 0.05) lit++;
        }
      }
      return lit / 16;
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
