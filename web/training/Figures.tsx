import { Section } from '../ui/Page.tsx';

export interface FiguresProps {
  readonly figures: readonly { readonly name: string; readonly url: string }[];
}

const PICTURE = /\.(svg|png|jpe?g|webp)$/i;

/** What the trainer drew: samples, augmented samples, kernels, good and bad predictions. Tables are links. */
export function Figures({ figures }: FiguresProps) {
  if (figures.length === 0) return null;
  const drawn = (name: string) => figures.some((other) => other.name === name.replace(/\.png$/, '.svg'));
  // The curve is drawn live above; of a figure in two forms the sharper one is shown.
  const pictures = figures.filter(
    ({ name }) => PICTURE.test(name) && !/^loss\./.test(name) && !(name.endsWith('.png') && drawn(name)),
  );
  pictures.sort((a, b) => placeOf(a.name) - placeOf(b.name));
  const files = figures.filter(({ name }) => !PICTURE.test(name));
  return (
    <Section title="Figures">
      <div class="figures">
        {pictures.map(({ name, url }) => (
          <figure key={name} class="picture">
            <a href={url} target="_blank" rel="noreferrer" title="Open it alone">
              <img src={url} alt={inWords(name)} loading="lazy" />
            </a>
            <figcaption>{inWords(name)}</figcaption>
          </figure>
        ))}
      </div>
      {files.length > 0 && (
        <p class="toolbar">
          {files.map(({ name, url }) => (
            <a key={name} href={url} download={name}>
              {name}
            </a>
          ))}
        </p>
      )}
    </Section>
  );
}

/** In the order of a training: what goes in, what is done to it, what is learnt, what comes out. The rest is last. */
const ORDER = ['samples', 'augmented', 'kernels', 'good', 'bad', 'predictions'];

function placeOf(name: string): number {
  const place = ORDER.findIndex((one) => name.startsWith(one));
  return place < 0 ? ORDER.length : place;
}

/** `augmentedSamples.png` -> `augmented samples`. */
function inWords(name: string): string {
  return name
    .replace(/\.\w+$/, '')
    .replaceAll(/[-_]/g, ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}
