/** One image of a run, large: its points, its errors, what is known of it; the next by an arrow key. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Item } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { Failure, Loading } from '../ui/States.tsx';
import { viewItem } from './evaluate.ts';
import { Facts } from './Facts.tsx';
import { LayerToggles, useLayers } from './LayerToggles.tsx';
import { PointErrors } from './PointErrors.tsx';
import { Stage } from './Stage.tsx';
import { useKeys } from './useKeys.ts';

export interface ViewerProps {
  /** Id of the prediction. */
  readonly id: string;
  readonly layout: string;
  /** `3 of 20`. */
  readonly place: string;
  readonly onClose: () => void;
  /** Null at the end. */
  readonly onNext: (() => void) | null;
  readonly onPrevious: (() => void) | null;
}

export function Viewer(props: ViewerProps) {
  const { id, place, onClose, onNext, onPrevious } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  useKeys({ ArrowRight: onNext, ArrowLeft: onPrevious });
  return (
    <dialog class="viewer" ref={dialog} onClose={onClose} aria-label="Image and its points">
      <div class="viewer-bar">
        <button type="button" disabled={!onPrevious} onClick={() => onPrevious?.()}>
          ← Previous
        </button>
        <span role="status">{place}</span>
        <button type="button" disabled={!onNext} onClick={() => onNext?.()}>
          Next →
        </button>
        <span class="note">arrow keys; Esc closes</span>
        <button type="button" class="close" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      <ViewedImage key={id} id={id} layout={props.layout} />
    </dialog>
  );
}

export function ViewedImage({ id, layout }: { readonly id: string; readonly layout: string }) {
  const { data, error, loading, refetch } = useQuery(Item, { id });
  const [layers, setLayers] = useLayers();
  const [chosen, setChosen] = useState<string | null>(null);
  if (loading) return <Loading what="the image" />;
  if (data?.node?.__typename !== 'Prediction') return <Failure error={error} retry={refetch} />;
  const { node } = data;
  const size = node.width && node.height ? { width: node.width, height: node.height } : null;
  const item = viewItem(node, layout);
  const found = `${node.faces.length} ${node.faces.length === 1 ? 'face' : 'faces'}`;
  return (
    <div class="viewer-body">
      <Stage {...{ size, item, layout, layers, chosen }} url={node.imageUrl} label={`${node.key}, ${found}`} />
      <div class="viewer-side">
        <LayerToggles layers={layers} onChange={setLayers} />
        <Facts item={node} missed={item.missed.length} />
        <PointErrors faces={item.faces} chosen={chosen} onChoose={setChosen} />
      </div>
    </div>
  );
}
