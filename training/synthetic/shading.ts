/** Light on what the geometry buffer shows. Works in linear light, writes sRGB. */
import { gauss, smoothstep, valueNoise } from './curves.ts';
import type { MaterialName } from './mesh.ts';
import type { FaceParameters, Rgb } from './parameters.ts';
import type { GeometryBuffer, ShadowMap } from './rasterise.ts';
import { SKIN_AREA } from './skin.ts';

export interface SkinTexture {
  readonly width: number;
  readonly height: number;
  /** [height][width][3], sRGB. */
  readonly pixels: Uint8Array;
}

export interface ShadingContext {
  readonly parameters: FaceParameters;
  readonly materials: readonly MaterialName[];
  readonly texture: SkinTexture;
  readonly shadows: ShadowMap;
  readonly seed: number;
}

const TO_LINEAR = Float32Array.from({ length: 256 }, (_, i) => (i / 255) ** 2.2);

/** Draws over `image`, [height][width][3] sRGB, where the buffer has something. */
export function shadeBuffer(buffer: GeometryBuffer, image: Uint8Array, context: ShadingContext): void {
  const colour: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < buffer.mesh.length; at++) {
    const id = buffer.mesh[at]!;
    if (id === 0) continue;
    const material = context.materials[id - 1]!;
    albedo(material, buffer.uv[at * 2]!, buffer.uv[at * 2 + 1]!, context, colour);
    lit(buffer, at, material, colour, context);
    for (let k = 0; k < 3; k++) image[at * 3 + k] = toSrgb(colour[k]!);
  }
}

function toSrgb(linear: number): number {
  // A soft shoulder, as cameras have, instead of hard clipping.
  const value = linear < 0.7 ? linear : 0.7 + 0.3 * (1 - Math.exp(-(linear - 0.7) / 0.3));
  return Math.round(255 * Math.max(0, value) ** (1 / 2.2));
}

function albedo(
  material: MaterialName,
  u: number,
  v: number,
  { parameters: { look }, texture, seed }: ShadingContext,
  out: [number, number, number],
): void {
  switch (material) {
    case 'skin': {
      sampleSkin(texture, u, v, out);
      const grain =
        1 + 0.035 * valueNoise(u * 38, v * 38, seed) + (0.03 + 0.03 * look.age) * valueNoise(u * 11, v * 11, seed + 1);
      for (let k = 0; k < 3; k++) out[k]! *= grain;
      return;
    }
    case 'ear':
      setLinear(look.skin, 0.94, out);
      return;
    case 'hair': {
      const strands = valueNoise(u * 90, v * 3, seed + 2) * 0.3 + valueNoise(u * 34, v * 2, seed + 3) * 0.25;
      setLinear(look.hair, Math.max(0.25, 0.92 + strands), out);
      return;
    }
    case 'cloth': {
      const weave = 1 + 0.05 * valueNoise(u * 60, v * 60, seed + 4) + 0.12 * valueNoise(u * 5, v * 3, seed + 5);
      setLinear(look.clothes, weave, out);
    }
  }
}

function setLinear(colour: Rgb, factor: number, out: [number, number, number]): void {
  for (let k = 0; k < 3; k++) out[k] = (Math.max(0, Math.min(255, colour[k]!)) / 255) ** 2.2 * factor;
}

/** Bilinear; the skin's own colour beyond the drawing. */
function sampleSkin(texture: SkinTexture, s: number, t: number, out: [number, number, number]): void {
  const x = Math.max(0, Math.min(texture.width - 1.001, (s - SKIN_AREA.left) * SKIN_AREA.pixelsPerUnit - 0.5));
  const y = Math.max(0, Math.min(texture.height - 1.001, (t - SKIN_AREA.top) * SKIN_AREA.pixelsPerUnit - 0.5));
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - left, y - top];
  const i = (top * texture.width + left) * 3;
  const j = i + texture.width * 3;
  const p = texture.pixels;
  for (let k = 0; k < 3; k++) {
    const upper = TO_LINEAR[p[i + k]!]! * (1 - fx) + TO_LINEAR[p[i + 3 + k]!]! * fx;
    const lower = TO_LINEAR[p[j + k]!]! * (1 - fx) + TO_LINEAR[p[j + 3 + k]!]! * fx;
    out[k] = upper * (1 - fy) + lower * fy;
  }
}

/** How light wraps into the shadow (skin lets it through, red most), and how it shines. */
const SURFACES: Record<MaterialName, { wrap: Rgb; shine: number; power: number }> = {
  skin: { wrap: [0.32, 0.18, 0.14], shine: 0.12, power: 14 },
  ear: { wrap: [0.4, 0.2, 0.15], shine: 0.06, power: 12 },
  hair: { wrap: [0.1, 0.1, 0.1], shine: 0.2, power: 18 },
  cloth: { wrap: [0.05, 0.05, 0.05], shine: 0, power: 1 },
};

function lit(
  buffer: GeometryBuffer,
  at: number,
  material: MaterialName,
  colour: [number, number, number],
  { parameters: { light }, shadows }: ShadingContext,
): void {
  const [nx, ny, nz] = unit(buffer.normal, at);
  const [lx, ly, lz] = light.direction;
  const facing = nx * lx + ny * ly + nz * lz;
  const [px, py, pz] = [buffer.position[at * 3]!, buffer.position[at * 3 + 1]!, buffer.position[at * 3 + 2]!];
  const seen = facing > -0.3 ? shadows.light(px + nx * 0.03, py + ny * 0.03, pz + nz * 0.03) : 0;
  const surface = SURFACES[material];
  // Half way between the light and the viewer, who is far in front.
  const half = Math.hypot(lx, ly, lz + 1);
  const gleam = Math.max(0, (nx * lx + ny * ly + nz * (lz + 1)) / half);
  const shine = surface.shine * seen * gleam ** surface.power * (material === 'hair' ? hairBand(ny) : 1);
  const open = 0.62 + 0.38 * smoothstep(0.9, -0.9, ny) - 0.22 * under(py, pz, material);
  const rim = material === 'skin' ? 0.75 + 0.25 * smoothstep(0, 0.5, nz) : 1;
  for (let k = 0; k < 3; k++) {
    const wrap = surface.wrap[k]!;
    const diffuse = Math.max(0, (facing + wrap) / (1 + wrap));
    const shadow = seen + (1 - seen) * wrap * 0.4;
    colour[k] =
      colour[k]! * rim * (light.colour[k]! * diffuse * shadow * 1.15 + light.ambient[k]! * open) +
      shine * light.colour[k]!;
  }
}

/** The neck under the chin sees little sky. */
function under(y: number, z: number, material: MaterialName): number {
  return material === 'ear' && y > 1 ? gauss(y - 1.35, 0.45) * smoothstep(0.9, 0.2, z) : 0;
}

function hairBand(ny: number): number {
  return gauss(ny + 0.55, 0.4);
}

function unit(values: Float32Array, at: number): [number, number, number] {
  const [x, y, z] = [values[at * 3]!, values[at * 3 + 1]!, values[at * 3 + 2]!];
  // Towards the viewer: both sides of thin sheets are seen.
  const length = (Math.hypot(x, y, z) || 1) * (z < -0.15 ? -1 : 1);
  return [x / length, y / length, z / length];
}
