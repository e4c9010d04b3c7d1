import type { FaceDetail, ItemDetail } from '../api/operations.generated.ts';
import { interOcular, percent, pixels } from '../ui/formatting.ts';

/** What is known of an image: its size, its faces, or its error in its own words. */
export function Facts({ item, missed }: { readonly item: ItemDetail; readonly missed: number }) {
  const groups = [...new Set(item.truths.map(({ group }) => group).filter((group) => group !== null))];
  return (
    <>
      <h3 class="key">{item.key}</h3>
      {item.error && (
        <p class="failure" role="note">
          <code>{item.error.code}</code> {item.error.message}
        </p>
      )}
      <dl class="facts">
        {item.width !== null && <Fact name="Size" value={`${item.width} × ${item.height} px`} />}
        <Fact name="Faces found" value={String(item.faces.length)} />
        {item.truths.length > 0 && <Fact name="Faces in the truth" value={String(item.truths.length)} />}
        {missed > 0 && <Fact name="Missed" value={`${missed}: its true points stand alone, as ×`} />}
        {item.seen !== null && <Fact name="Seen in training" value={item.seen ? 'yes: its error says little' : 'no'} />}
        {groups.length > 0 && <Fact name="Group" value={groups.join(', ')} />}
        {item.faces.map((face, index) => (
          <Fact key={`face ${index + 1}`} name={`Face ${index + 1}`} value={inWords(face)} />
        ))}
      </dl>
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function inWords({ boxSource, score, maePx, nme }: FaceDetail): string {
  const source = { DETECTED: 'detected', GIVEN: 'box given', WHOLE: 'whole image' }[boxSource];
  const parts = [source];
  if (score !== null) parts.push(`score ${score.toFixed(2)}`);
  if (maePx !== null) parts.push(`MAE ${pixels(maePx)}`);
  const ocular = interOcular(nme);
  if (ocular !== null) parts.push(`NME ${percent(ocular)}`);
  return parts.join(', ');
}
