/**
 * The skin drawn flat, as SVG in the coordinates of features.ts: tones, eyes, brows, lips, beard, lines. The renderer
 * wraps it around the head.
 */
import type { Rng } from '../augment/rng.ts';
import type { EyeFeatures, Features, SkinPoint } from './features.ts';
import { hairline } from './hairline.ts';
import { css, type Expression, type FaceParameters, type Look, mix, type Rgb, shade } from './parameters.ts';

/** What part of the skin the drawing covers. */
export const SKIN_AREA = { left: -1.6, top: -1.5, width: 3.2, height: 3 } as const;

type Draw = (colour: string, opacity?: number) => string;

export function skinSvg(parameters: FaceParameters, features: Features, pixelsPerUnit: number, rng: Rng): string {
  const { look, expression } = parameters;
  const { left, top, width, height } = SKIN_AREA;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.round(width * pixelsPerUnit)}" height="${Math.round(height * pixelsPerUnit)}" viewBox="${left} ${top} ${width} ${height}">
<defs>${blur('soft', 0.09)}${blur('softer', 0.04)}${blur('fine', 0.012)}</defs>
<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${css(look.skin)}"/>
${tones(look, expression, features)}
${scalp(look)}
${lines(look, expression, features)}
${look.beard === 'none' ? '' : beard(look, features, rng)}
${lips(look, features)}
${nostrils(look, features)}
${features.eyes.map((eye) => drawEye(eye, look, expression)).join('')}
${brows(look, features, rng)}
</svg>`;
}

function blur(id: string, deviation: number): string {
  return `<filter id="${id}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${deviation}"/></filter>`;
}

function path(points: readonly SkinPoint[], closed = true): string {
  return `M${points.map(([s, t]) => `${s.toFixed(4)} ${t.toFixed(4)}`).join('L')}${closed ? 'Z' : ''}`;
}

function sampled(curve: (u: number) => SkinPoint, reversed = false, n = 18): SkinPoint[] {
  return Array.from({ length: n + 1 }, (_, i) => curve(reversed ? 1 - i / n : i / n));
}

/** Fades out like a Gaussian. A gradient, since a blurred shape costs libvips ten times as much. */
function blob(cx: number, cy: number, rx: number, ry: number): Draw {
  return (colour, opacity = 1) => {
    const id = `b${[cx, cy, rx, ry].map((value) => Math.round(value * 1000)).join('_')}`;
    const stops = [1, 0.88, 0.61, 0.32, 0.14, 0.04, 0].map(
      (share, k) =>
        `<stop offset="${(k / 6).toFixed(3)}" stop-color="${colour}" stop-opacity="${(share * opacity).toFixed(3)}"/>`,
    );
    return `<radialGradient id="${id}">${stops.join('')}</radialGradient><ellipse cx="${cx}" cy="${cy}" rx="${rx * 1.75}" ry="${ry * 1.75}" fill="url(#${id})"/>`;
  };
}

/** Red where blood is near, dark where light does not reach: what shading alone would not give. */
function tones({ skin, makeUp, age }: Look, expression: Expression, f: Features): string {
  const red = css(mix(skin, [188, 62, 58], 0.55));
  const dark = css(mix(shade(skin, 0.5), [70, 30, 34], 0.25));
  const light = css(mix(skin, [255, 240, 225], 0.35));
  const both = (draw: (side: number) => string) => draw(-1) + draw(1);
  const m = f.mouth;
  return [
    blob(0, -0.7, 0.5, 0.25)(light, 0.3),
    both((side) => blob(side * 0.55, 0.42, 0.25, 0.19)(red, 0.2 + 0.25 * makeUp + 0.06 * expression.smile)),
    blob(0, f.noseTip - 0.02, 0.14, 0.13)(red, 0.28),
    blob(0, 1.27, 0.2, 0.1)(red, 0.12),
    // Under the brows and in the inner corners.
    both((side) => blob(side * 0.22, 0.0, 0.075, 0.12)(dark, 0.4)),
    both((side) => blob(side * 0.43, -0.1, 0.22, 0.05)(dark, 0.3 + 0.3 * makeUp)),
    both((side) => blob(side * 0.4, 0.115, 0.17, 0.03)(dark, 0.16 + 0.25 * age)),
    // Beside and below the nose, below the lip, at the temples and the jaw.
    both((side) => blob(side * (f.noseHalfWidth + 0.03), f.noseBase - 0.06, 0.035, 0.07)(dark, 0.35)),
    blob(0, f.noseBase + 0.025, 0.16, 0.03)(dark, 0.42),
    blob(0, m.middle + m.open + 0.17, 0.17, 0.035)(dark, 0.3),
    both((side) => blob(side * 1.25, 0.3, 0.25, 0.9)(dark, 0.22)),
    blob(0, 1.5, 0.8, 0.1)(dark, 0.35),
  ].join('');
}

/** Hair grows out of shadowed skin: softens the edge of the hair's mesh. */
function scalp({ hair, skin, hairStyle }: Look): string {
  if (hairStyle === 'bald') return '';
  const line = hairline(hairStyle);
  const along = Array.from({ length: 41 }, (_, i) => -1.55 + (3.1 * i) / 40);
  const edge = along.map((s): SkinPoint => [s, line(s) + 0.03]);
  const area: SkinPoint[] = [...edge, [1.6, -1.5], [-1.6, -1.5]];
  return `<path d="${path(area)}" fill="${css(mix(skin, shade(hair, 0.6), 0.75))}" opacity="0.85" filter="url(#softer)"/>`;
}

function lines({ skin, age }: Look, expression: Expression, f: Features): string {
  const dark = css(mix(shade(skin, 0.45), [80, 36, 34], 0.2));
  const smile = Math.max(0, expression.smile);
  const stroke = (d: string, width: number, opacity: number) =>
    `<path d="${d}" fill="none" stroke="${dark}" stroke-width="${width}" stroke-linecap="round" opacity="${opacity.toFixed(3)}"/>`;
  let svg = '';
  let folds = '';
  for (const side of [-1, 1]) {
    const corner = f.mouth.halfWidth + 0.09;
    const fold = `M${side * (f.noseHalfWidth + 0.03)} ${f.noseBase - 0.1}Q${side * (corner + 0.02)} ${f.noseBase + 0.05} ${side * (corner + 0.03)} ${f.mouth.middle - 0.02}`;
    folds += stroke(fold, 0.03, 0.12 + 0.3 * smile + 0.3 * age);
    for (let i = 0; i < 3; i++) {
      const t = -0.05 + i * 0.05;
      svg += stroke(`M${side * 0.68} ${t}L${side * 0.8} ${t * 1.9 - 0.02}`, 0.01, (0.2 * smile + 0.25) * age);
    }
  }
  const furrows = 0.5 * age + 0.3 * Math.max(0, expression.browRaise);
  for (let i = 0; i < 3; i++) {
    const t = -0.52 - i * 0.13;
    svg += stroke(`M-0.45 ${t + 0.03}Q0 ${t - 0.03} 0.45 ${t + 0.03}`, 0.016, furrows * 0.4);
  }
  if (expression.browRaise < -0.3) {
    svg += stroke('M-0.06 -0.14L-0.05 -0.3M0.06 -0.14L0.05 -0.3', 0.018, 0.4 * -expression.browRaise);
  }
  return `<g filter="url(#softer)">${folds}</g><g filter="url(#fine)">${svg}</g>`;
}

function lips({ lips: colour, skin }: Look, { mouth: m }: Features): string {
  const upper = css(shade(colour, 0.86));
  const lower = css(colour);
  const line = css(mix(shade(colour, 0.35), [40, 10, 12], 0.4));
  const upperLip = path([...sampled(m.outerUpper), ...sampled(m.innerUpper, true)]);
  const lowerLip = path([...sampled(m.innerLower), ...sampled(m.outerLower, true)]);
  const inside = path([...sampled(m.innerUpper), ...sampled(m.innerLower, true)]);
  const shine = css(mix(colour, [255, 235, 230], 0.5));
  const teeth =
    m.open > 0.02
      ? `<clipPath id="inside"><path d="${inside}"/></clipPath><g clip-path="url(#inside)">${drawTeeth(m)}</g>`
      : '';
  return `<g filter="url(#fine)"><path d="${upperLip}" fill="${upper}"/><path d="${lowerLip}" fill="${lower}"/></g>
<path d="${path([...sampled(m.outerUpper), ...sampled(m.outerLower, true)])}" fill="none" stroke="${css(shade(skin, 0.75))}" stroke-width="0.008" opacity="0.35"/>
${blob(0.02, m.middle + m.open + 0.055, m.halfWidth * 0.4, 0.02)(shine, 0.45)}
<path d="${inside}" fill="rgb(46,14,16)"/>${teeth}
<path d="${path(sampled(m.innerUpper), false)}" fill="none" stroke="${line}" stroke-width="0.014"/>`;
}

function drawTeeth(m: Features['mouth']): string {
  const depth = Math.min(0.11, m.open * 0.6 + 0.02);
  let svg = '';
  const count = 10;
  for (let i = 0; i < count; i++) {
    const x = ((i + 0.5) / count) * 2 - 1;
    const width = (m.halfWidth * 1.7) / count;
    const white = 205 - 95 * x * x;
    const height = depth * (1 - 0.25 * Math.abs(x));
    svg += `<rect x="${x * m.halfWidth * 0.85 - width / 2}" y="${m.middle - 0.03}" width="${width * 0.94}" height="${height + 0.03}" rx="0.015" fill="${css([white, white * 0.97, white * 0.9])}"/>`;
  }
  const tongue = m.middle + m.open;
  return `${svg}${blob(0, tongue + 0.02, m.halfWidth * 0.55, Math.max(0.01, m.open * 0.3))('rgb(150,66,70)', 0.9)}`;
}

function nostrils({ skin }: Look, f: Features): string {
  const dark = css(mix(shade(skin, 0.22), [40, 14, 14], 0.5));
  const holes = [-1, 1]
    .map((side) => {
      const x = side * f.noseHalfWidth * 0.5;
      const y = f.noseBase - 0.022;
      return `<ellipse cx="${x}" cy="${y}" rx="0.042" ry="0.02" transform="rotate(${side * -14} ${x} ${y})" fill="${dark}" opacity="0.85"/>`;
    })
    .join('');
  return `<g filter="url(#fine)">${holes}</g>`;
}

function drawEye(eye: EyeFeatures, look: Look, expression: Expression): string {
  const id = eye.side < 0 ? 'right' : 'left';
  const opening = path([...sampled(eye.upper), ...sampled(eye.lower, true)]);
  const [ix, iy] = eye.iris;
  const r = eye.irisRadius;
  const lash = css(shade(look.hair, 0.35));
  const dark = css(shade(look.iris, 0.4));
  const crease = sampled(eye.upper).map(([s, t], i): SkinPoint => [s, t - 0.035 - 0.02 * Math.sin((Math.PI * i) / 18)]);
  const skinDark = css(shade(mix(look.skin, [90, 40, 40], 0.2), 0.62));
  const lids = `<path d="${path(crease, false)}" fill="none" stroke="${skinDark}" stroke-width="0.016" opacity="0.5"/>`;
  const iris = `<circle cx="${ix}" cy="${iy}" r="${r}" fill="${css(look.iris)}"/>
<circle cx="${ix}" cy="${iy}" r="${r * 0.93}" fill="none" stroke="${dark}" stroke-width="${r * 0.18}" opacity="0.8"/>
<circle cx="${ix}" cy="${iy}" r="${r * 0.42}" fill="rgb(10,8,8)"/>
<circle cx="${ix + r * 0.3}" cy="${iy - r * 0.35}" r="${r * 0.17}" fill="#fff" opacity="0.9"/>`;
  const ball =
    expression.eyesOpen < 0.06
      ? ''
      : `<clipPath id="${id}"><path d="${opening}"/></clipPath><g clip-path="url(#${id})">
<path d="${opening}" fill="rgb(226,220,215)"/>
${blob(eye.inner[0], eye.inner[1], 0.05, 0.04)('rgb(196,120,112)', 0.8)}
${iris}
<path d="${path(sampled(eye.upper), false)}" fill="none" stroke="rgb(60,40,40)" stroke-width="0.05" opacity="0.35"/></g>`;
  const lashWidth = 0.016 + 0.014 * look.makeUp;
  return `${lids}${ball}
<path d="${path(sampled(eye.upper), false)}" fill="none" stroke="${lash}" stroke-width="${lashWidth}" stroke-linecap="round"/>
<path d="${path(sampled(eye.lower), false)}" fill="none" stroke="${skinDark}" stroke-width="0.01" opacity="0.55"/>`;
}

function brows(look: Look, f: Features, rng: Rng): string {
  const colour = css(shade(mix(look.hair, [40, 30, 26], 0.35), 0.8));
  let svg = '';
  for (const side of [-1, 1] as const) {
    const thickness = (u: number) =>
      1.25 * f.browThickness * look.brows * (0.35 + 0.65 * Math.sin(Math.PI * Math.min(1, 0.2 + u * 0.72)));
    const upper = sampled((u) => offset(f.brow(side, u), -thickness(u) * 0.45));
    const lower = sampled((u) => offset(f.brow(side, u), thickness(u) * 0.55), true);
    svg += `<path d="${path([...upper, ...lower])}" fill="${colour}" opacity="0.72"/>`;
    let strands = '';
    for (let i = 0; i < 46; i++) {
      const u = rng.next();
      const [s, t] = f.brow(side, u);
      const from = t + thickness(u) * rng.uniform(-0.35, 0.6);
      const lean = side * (0.05 - 0.05 * u) + rng.uniform(-0.01, 0.01);
      strands += `M${s.toFixed(3)} ${from.toFixed(3)}l${lean.toFixed(3)} ${(-0.02 - 0.025 * u * rng.next()).toFixed(3)}`;
    }
    svg += `<path d="${strands}" fill="none" stroke="${colour}" stroke-width="0.011" opacity="0.85"/>`;
  }
  return `<g filter="url(#fine)">${svg}</g>`;
}

function offset([s, t]: SkinPoint, by: number): SkinPoint {
  return [s, t + by];
}

function beard(look: Look, f: Features, rng: Rng): string {
  const m = f.mouth;
  const colour = css(look.beard === 'stubble' ? mix(look.skin, shade(look.hair, 0.7), 0.75) : shade(look.hair, 0.75));
  const opacity = look.beard === 'stubble' ? 0.45 : 0.95;
  const low = m.middle + m.open;
  const moustache: SkinPoint[] = [
    [-m.halfWidth - 0.04, low + 0.05],
    [-m.halfWidth * 0.85, m.middle - 0.13],
    [-0.12, f.noseBase + 0.06],
    [0, f.noseBase + 0.08],
    [0.12, f.noseBase + 0.06],
    [m.halfWidth * 0.85, m.middle - 0.13],
    [m.halfWidth + 0.04, low + 0.05],
    [m.halfWidth * 0.8, m.middle - 0.07],
    [0, m.middle - 0.075],
    [-m.halfWidth * 0.8, m.middle - 0.07],
  ];
  const cheek = 0.52 + rng.uniform(0, 0.25);
  const chinBeard: SkinPoint[] = [
    [-1.5, 0],
    [-1.25, cheek - 0.1],
    [-0.85, cheek + 0.25],
    [-m.halfWidth - 0.16, m.middle - 0.02],
    [-m.halfWidth - 0.03, m.middle - 0.06],
    [-m.halfWidth - 0.01, low + 0.06],
    [-0.2, low + 0.16],
    [0, low + 0.18],
    [0.2, low + 0.16],
    [m.halfWidth + 0.01, low + 0.06],
    [m.halfWidth + 0.03, m.middle - 0.06],
    [m.halfWidth + 0.16, m.middle - 0.02],
    [0.85, cheek + 0.25],
    [1.25, cheek - 0.1],
    [1.5, 0],
    [1.6, 1.6],
    [-1.6, 1.6],
  ];
  const areas = [path(moustache), ...(look.beard === 'moustache' ? [] : [path(chinBeard)])];
  const filter = look.beard === 'stubble' ? 'soft' : 'softer';
  const fills = areas.map((d) => `<path d="${d}" fill="${colour}"/>`).join('');
  const soft = `<g filter="url(#${filter})" opacity="${opacity}">${fills}</g>`;
  return soft + (look.beard === 'stubble' ? '' : beardStrands(look, f, rng));
}

function beardStrands(look: Look, f: Features, rng: Rng): string {
  const tones: readonly Rgb[] = [shade(look.hair, 0.6), mix(look.hair, [255, 240, 220], 0.18)];
  return tones
    .map((tone) => {
      let d = '';
      for (let i = 0; i < 420; i++) {
        const s = rng.uniform(-1, 1);
        const full = look.beard === 'full' && i % 4 > 0;
        const t = full ? rng.uniform(0.95 - 0.25 * s * s, 1.45) : f.noseBase + rng.uniform(0.07, 0.17);
        if (full && Math.abs(s) < f.mouth.halfWidth && t < f.mouth.middle + f.mouth.open + 0.17) continue;
        if (!full && Math.abs(s) > f.mouth.halfWidth) continue;
        d += `M${s.toFixed(3)} ${t.toFixed(3)}l${(s * 0.03 + rng.uniform(-0.02, 0.02)).toFixed(3)} ${rng.uniform(0.03, 0.08).toFixed(3)}`;
      }
      return `<path d="${d}" fill="none" stroke="${css(tone)}" stroke-width="0.009" opacity="0.55"/>`;
    })
    .join('');
}
