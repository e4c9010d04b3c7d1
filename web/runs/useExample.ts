import { useEffect, useState } from 'preact/hooks';
import type { Point } from '../../domain/geometry.ts';
import { FaceErrors, Item } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { shapeOf } from '../faces/shapes.ts';

/** Keypoints of the run's best face, for a layout that has no drawing of its own; null for those that have, or none. */
export function useExample(run: string, layout: string): readonly Point[] | null {
  const [points, setPoints] = useState<readonly Point[] | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    if (!hasDrawing(layout)) bestFace(run, stop.signal).then(setPoints, () => {});
    return () => stop.abort();
  }, [run, layout]);
  return points;
}

function hasDrawing(layout: string): boolean {
  return [1, 58, 68].some((points) => shapeOf(layout, points) !== null);
}

async function bestFace(id: string, signal: AbortSignal): Promise<readonly Point[] | null> {
  const { run } = await request(FaceErrors, { id, order: 'BEST_FIRST', first: 1 }, { signal });
  const best = run?.faceErrors.edges[0]?.node;
  if (!best || best.face === null) return null;
  const { node } = await request(Item, { id: best.prediction.id }, { signal });
  return node?.__typename === 'Prediction' ? (node.faces[best.face]?.keypoints ?? null) : null;
}
