import { useEffect, useState } from 'preact/hooks';
import type { UploadQueue, UploadTotals } from './queue.ts';

/** Totals of a queue, drawn at most once a frame however often it changes. */
export function useUploads(queue: UploadQueue): UploadTotals {
  const [totals, setTotals] = useState(() => queue.totals());
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      frame = 0;
      setTotals(queue.totals());
    };
    const stop = queue.watch(() => {
      frame ||= requestAnimationFrame(draw);
    });
    setTotals(queue.totals());
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [queue]);
  return totals;
}
