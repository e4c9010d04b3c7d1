/** From the head's space to pixels: rotation by the pose, then a pinhole camera. */
import type { Point } from '../../domain/geometry.ts';
import type { Vec3 } from './head.ts';
import type { Pose } from './parameters.ts';

export interface Camera {
  /** Turned by the pose about the head's middle. */
  turn(point: Vec3): Vec3;
  /** Of a turned point, before roll: for finding outlines. */
  upright(turned: Vec3): Point;
  /** Pixels of the image of a turned point. */
  project(turned: Vec3): Point;
  /** Of a direction in the image, to where it is before roll. */
  readonly pixelsPerUnit: number;
}

export interface Framing {
  readonly distance: number;
  /** Where the head's origin (between the eyes) comes to lie, in pixels. */
  readonly centre: Point;
  /** Pixels a half width of a face at the distance of the origin. */
  readonly scale: number;
}

const PIVOT: Vec3 = [0, 0.5, -0.1];

export function createCamera(pose: Pose, { distance, centre, scale }: Framing): Camera {
  const yaw = (pose.yaw * Math.PI) / 180;
  const pitch = (pose.pitch * Math.PI) / 180;
  const roll = (pose.roll * Math.PI) / 180;
  const [cy, sy, cp, sp, cr, sr] = [
    Math.cos(yaw),
    Math.sin(yaw),
    Math.cos(pitch),
    Math.sin(pitch),
    Math.cos(roll),
    Math.sin(roll),
  ];
  const turn = (point: Vec3): Vec3 => {
    const x = point[0] - PIVOT[0];
    const y = point[1] - PIVOT[1];
    const z = point[2] - PIVOT[2];
    const x1 = x * cy + z * sy;
    const z1 = -x * sy + z * cy;
    const y2 = y * cp + z1 * sp;
    const z2 = -y * sp + z1 * cp;
    return [x1 + PIVOT[0], y2 + PIVOT[1], z2 + PIVOT[2]];
  };
  const upright = ([x, y, z]: Vec3): Point => {
    const factor = (scale * distance) / (distance - z);
    return [x * factor, (y - PIVOT[1]) * factor];
  };
  return {
    turn,
    upright,
    project(turned) {
      const [x, y] = upright(turned);
      return [centre[0] + x * cr - y * sr, centre[1] + x * sr + y * cr];
    },
    pixelsPerUnit: scale,
  };
}
