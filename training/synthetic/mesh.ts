import type { Camera } from './camera.ts';
import type { Vec3 } from './head.ts';

export type MaterialName = 'skin' | 'ear' | 'hair' | 'cloth';

export interface Mesh {
  readonly material: MaterialName;
  /** [n][3], turned into the camera's space. */
  readonly positions: Float32Array;
  /** [n][3], unit, outwards. */
  readonly normals: Float32Array;
  /** [n][2]: what the material draws by. */
  readonly uv: Float32Array;
  /** [m][3]. */
  readonly triangles: Uint32Array;
}

export interface Grid {
  /** Values of u, columns; of v, rows. */
  readonly u: readonly number[];
  readonly v: readonly number[];
  at(u: number, v: number): Vec3;
}

export function spaced(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));
}

/** A surface over a grid. Its outside is where u to the right and v downwards are seen from. */
export function gridMesh(material: MaterialName, grid: Grid, turn: (p: Vec3) => Vec3): Mesh {
  const columns = grid.u.length;
  const rows = grid.v.length;
  const positions = new Float32Array(columns * rows * 3);
  const uv = new Float32Array(columns * rows * 2);
  grid.v.forEach((v, row) => {
    grid.u.forEach((u, column) => {
      const at = row * columns + column;
      positions.set(turn(grid.at(u, v)), at * 3);
      uv[at * 2] = u;
      uv[at * 2 + 1] = v;
    });
  });
  const triangles = new Uint32Array((columns - 1) * (rows - 1) * 6);
  for (let row = 0, at = 0; row < rows - 1; row++) {
    for (let column = 0; column < columns - 1; column++, at += 6) {
      const a = row * columns + column;
      triangles.set([a, a + 1, a + columns, a + 1, a + columns + 1, a + columns], at);
    }
  }
  return { material, positions, normals: vertexNormals(positions, triangles), uv, triangles };
}

/** Of each vertex the area-weighted mean over its triangles. */
function vertexNormals(p: Float32Array, triangles: Uint32Array): Float32Array {
  const normals = new Float32Array(p.length);
  for (let i = 0; i < triangles.length; i += 3) {
    const [a, b, c] = [triangles[i]! * 3, triangles[i + 1]! * 3, triangles[i + 2]! * 3];
    const [ux, uy, uz] = [p[b]! - p[a]!, p[b + 1]! - p[a + 1]!, p[b + 2]! - p[a + 2]!];
    const [vx, vy, vz] = [p[c]! - p[a]!, p[c + 1]! - p[a + 1]!, p[c + 2]! - p[a + 2]!];
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const at of [a, b, c]) {
      normals[at]! += nx;
      normals[at + 1]! += ny;
      normals[at + 2]! += nz;
    }
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i]!, normals[i + 1]!, normals[i + 2]!) || 1;
    normals[i]! /= length;
    normals[i + 1]! /= length;
    normals[i + 2]! /= length;
  }
  return normals;
}

/** [n][3]: x and y in pixels, z as it is. */
export function projected(mesh: Mesh, camera: Camera): Float32Array {
  const out = new Float32Array(mesh.positions.length);
  for (let i = 0; i < out.length; i += 3) {
    const point: Vec3 = [mesh.positions[i]!, mesh.positions[i + 1]!, mesh.positions[i + 2]!];
    const [x, y] = camera.project(point);
    out.set([x, y, point[2]], i);
  }
  return out;
}
