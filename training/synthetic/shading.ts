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

type Colour = [r: number, g: number, b: number];

const GAMMA = 2.2;
const TO_LINEAR = Float32Array.from({ length: 256 }, (_, i) => (i / 255) ** GAMMA);

/** From linear light in steps of 1/1023 up to 2. Bright parts fade out softly, as in cameras, instead of being cut. */
const TO_SRGB = Uint8Array.from({ length: 2047 }, (_, i) => {
  const linear = i / 1023;
  const value = linear < 0.7 ? linear : 0.7 + 0.3 * (1 - Math.exp(-(linear - 0.7) / 0.3));
  return Math.round(255 * value ** (1 / GAMMA));
});

function toSrgb(linear: number): number {
  return TO_SRGB[Math.max(0, Math.min(2046, Math.round(linear * 1023)))]!;
}

/** Draws over `image`, [height][width][3] sRGB, where the buffer has something. */
export function shadeBuffer(buffer: GeometryBuffer, image: Uint8Array, context: ShadingContext): void {
  const colour: Colour = [0, 0, 0];
  const paint = createPaint(context);
  for (let at = 0; at < buffer.mesh.length; at++) {
    const id = buffer.mesh[at]!;
    if (id === 0) continue;
    const material = context.materials[id - 1]!;
    paint(material, buffer.uv[at * 2]!, buffer.uv[at * 2 + 1]!, colour);
    light(buffer, at, material, colour, context);
    for (let k = 0; k < 3; k++) image[at * 3 + k] = toSrgb(colour[k]!);
  }
}

/** The colour of each material by its coordinates, in linear light. */
function createPaint({ parameters: { look }, texture, seed }: ShadingContext) {
  const linear = (colour: Rgb) => colour.map((value) => (Math.max(0, Math.min(255, value)) / 255) ** GAMMA) as Colour;
  const plain: Record<MaterialName, Colour> = {
    skin: linear(look.skin),
    ear: linear(look.skin),
    hair: linear(look.hair),
    cloth: linear(look.clothes),
  };
  const blotches = 0.03 + 0.03 * look.age;
  const grain: Record<MaterialName, (u: number, v: number) => number> = {
    skin: (u, v) => 1 + 0.035 * valueNoise(u * 38, v * 38, seed) + blotches * valueNoise(u * 11, v * 11, seed + 1),
    ear: () => 0.94,
    hair: (u, v) =>
      Math.max(0.25, 0.92 + 0.3 * valueNoise(u * 90, v * 3, seed + 2) + 0.25 * valueNoise(u * 34, v * 2, seed + 3)),
    cloth: (u, v) => 1 + 0.05 * valueNoise(u * 60, v * 60, seed + 4) + 0.12 * valueNoise(u * 5, v * 3, seed + 5),
  };
  return (material: MaterialName, u: number, v: number, out: Colour): void => {
    const base = plain[material];
    if (material === 'skin') sampleSkin(texture, u, v, out);
    else for (let k = 0; k < 3; k++) out[k] = base[k]!;
    const factor = grain[material](u, v);
    for (let k = 0; k < 3; k++) out[k]! *= factor;
  };
}

/** Bilinear; the drawing's edge beyond it. */
function sampleSkin(texture: SkinTexture, s: number, t: number, out: Colour): void {
  const x = Math.max(
    0,
    Math.min(texture.width - 1.001, ((s - SKIN_AREA.left) / SKIN_AREA.width) * texture.width - 0.5),
  );
  const y = Math.max(
    0,
    Math.min(texture.height - 1.001, ((t - SKIN_AREA.top) / SKIN_AREA.height) * texture.height - 0.5),
  );
  const left = Math.floor(x);
  const top = Math.floor(y);
  const fx = x - left;
  const fy = y - top;
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

function light(
  buffer: GeometryBuffer,
  at: number,
  material: MaterialName,
  colour: Colour,
  { parameters, shadows }: ShadingContext,
): void {
  const { direction, colour: lamp, ambient } = parameters.light;
  const { normal, position } = buffer;
  const i = at * 3;
  // Both sides of thin sheets are seen: normals turn to the viewer.
  const scale = (normal[i + 2]! < -0.15 ? -1 : 1) / (Math.hypot(normal[i]!, normal[i + 1]!, normal[i + 2]!) || 1);
  const nx = normal[i]! * scale;
  const ny = normal[i + 1]! * scale;
  const nz = normal[i + 2]! * scale;
  const facing = nx * direction[0] + ny * direction[1] + nz * direction[2];
  const lift = 0.03;
  const seen =
    facing > -0.3
      ? shadows.light(position[i]! + nx * lift, position[i + 1]! + ny * lift, position[i + 2]! + nz * lift)
      : 0;
  const { wrap, shine, power } = SURFACES[material];
  // Half way between the light and the viewer, who is far in front.
  const half = Math.hypot(direction[0], direction[1], direction[2] + 1);
  const gleam = Math.max(0, (facing + nz) / half);
  const gloss = shine * seen * gleam ** power * (material === 'hair' ? gauss(ny + 0.55, 0.4) : 1);
  const open = 0.62 + 0.38 * smoothstep(0.9, -0.9, ny) - 0.22 * underChin(position[i + 1]!, position[i + 2]!, material);
  const rim = material === 'skin' ? 0.75 + 0.25 * smoothstep(0, 0.5, nz) : 1;
  for (let k = 0; k < 3; k++) {
    const diffuse = Math.max(0, (facing + wrap[k]!) / (1 + wrap[k]!));
    const direct = lamp[k]! * diffuse * (seen + (1 - seen) * wrap[k]! * 0.4) * 1.15;
    colour[k] = colour[k]! * rim * (direct + ambient[k]! * open) + gloss * lamp[k]!;
  }
}

/** The neck under the chin sees little sky. */
function underChin(y: number, z: number, material: MaterialName): number {
  return material === 'ear' && y > 1 ? gauss(y - 1.35, 0.45) * smoothstep(0.9, 0.2, z) : 0;
}
