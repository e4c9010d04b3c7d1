import { useState } from 'preact/hooks';
import type { OverlayLayers } from './Overlay.tsx';

const LABELS: Readonly<Record<keyof OverlayLayers, string>> = {
  predicted: 'Predicted ●',
  truth: 'True +',
  lines: 'Lines',
  boxes: 'Boxes',
};

/** Kept from image to image. */
let last: OverlayLayers = { predicted: true, truth: true, lines: true, boxes: false };

export function useLayers(): [OverlayLayers, (layers: OverlayLayers) => void] {
  const [layers, setLayers] = useState(last);
  return [
    layers,
    (next) => {
      last = next;
      setLayers(next);
    },
  ];
}

export interface LayerTogglesProps {
  readonly layers: OverlayLayers;
  readonly onChange: (layers: OverlayLayers) => void;
}

export function LayerToggles({ layers, onChange }: LayerTogglesProps) {
  return (
    <fieldset class="layers">
      <legend>Show</legend>
      {Object.entries(LABELS).map(([name, label]) => (
        <label key={name}>
          <input
            type="checkbox"
            checked={layers[name as keyof OverlayLayers]}
            onChange={(event) => onChange({ ...layers, [name]: event.currentTarget.checked })}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
