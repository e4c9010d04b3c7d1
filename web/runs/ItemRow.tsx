import { useState } from 'preact/hooks';
import { percent, pixels } from '../ui/formatting.ts';
import type { ItemEntry } from './useItems.ts';

export interface ItemRowProps {
  readonly row: ItemEntry;
  readonly place: number;
  readonly onOpen: () => void;
}

/** An image, its error in pixels or in words. */
export function ItemRow({ row: { item, error }, place, onOpen }: ItemRowProps) {
  const [broken, setBroken] = useState(false);
  return (
    <button type="button" class="item-row" onClick={onOpen}>
      <span class="place">{place}</span>
      <span class="thumb">
        {item.imageUrl && !broken && <img src={item.imageUrl} alt="" loading="lazy" onError={() => setBroken(true)} />}
      </span>
      <span class="key row-main">{item.key}</span>
      <span class="row-end">{errorText({ item, error })}</span>
    </button>
  );
}

function errorText({ item, error }: ItemEntry): string {
  if (item.error) return `${item.error.code}: ${item.error.message}`;
  if (error) {
    if (error.maePx === null) return 'missed face';
    return `${pixels(error.maePx)}${error.nme === null ? '' : `, NME ${percent(error.nme)}`}`;
  }
  if (item.faces.length !== 1) return item.faces.length === 0 ? 'no face found' : `${item.faces.length} faces`;
  const [face] = item.faces;
  return face!.maePx === null ? '1 face' : pixels(face!.maePx);
}
