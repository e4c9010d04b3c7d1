import { useState } from 'preact/hooks';
import { useAction } from '../api/useAction.ts';
import { linkTo } from '../app/location.ts';
import { type ScoringChoice, ScoringFields } from '../batches/ScoringFields.tsx';
import { Page, Section } from '../ui/Page.tsx';
import { Failure } from '../ui/States.tsx';
import { DropZone } from '../upload/DropZone.tsx';
import type { ChosenFile } from '../upload/files.ts';
import { ViewedImage } from '../viewer/Viewer.tsx';
import { type Tried, tryOne } from './tryOne.ts';

/** A photo in, its points out: a batch of one. */
export function TryPage() {
  const [choice, setChoice] = useState<ScoringChoice>({ model: '', crop: null, errorThreshold: 0 });
  const [step, setStep] = useState('');
  const [tried, setTried] = useState<Tried | null>(null);
  const score = useAction(async ({ path, file }: ChosenFile) => {
    setTried(null);
    setTried(await tryOne(path, file, choice, setStep));
  });
  return (
    <Page title="Try one">
      <div class="fields">
        <ScoringFields choice={choice} onChange={setChoice} many={false} />
      </div>
      {choice.model !== '' && (
        <DropZone label="Drop a photo here" single="photo" onFiles={([first]) => first && score.start(first)} />
      )}
      {score.busy && (
        <p class="state" role="status">
          <span class="spinner" aria-hidden="true" /> {step}…
        </p>
      )}
      <Failure error={score.error} />
      {tried && (
        <Section title="Its points">
          <ViewedImage id={tried.prediction} layout={tried.layout} />
          <p>
            <a href={linkTo(['runs', tried.run])}>The run it made</a>
          </p>
        </Section>
      )}
    </Page>
  );
}
