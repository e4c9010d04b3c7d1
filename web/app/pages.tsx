/** Which page stands at which path. */
import type { ComponentChildren } from 'preact';
import { BatchesPage } from '../batches/BatchesPage.tsx';
import { BatchPage } from '../batches/BatchPage.tsx';
import { ComparePage } from '../compare/ComparePage.tsx';
import { ModelPage } from '../models/ModelPage.tsx';
import { ModelsPage } from '../models/ModelsPage.tsx';
import { RunPage } from '../runs/RunPage.tsx';
import { RunsPage } from '../runs/RunsPage.tsx';
import { SweepPage } from '../training/SweepPage.tsx';
import { TrainingPage } from '../training/TrainingPage.tsx';
import { TrainingRunPage } from '../training/TrainingRunPage.tsx';
import { TryPage } from '../tryOne/TryPage.tsx';
import { Page } from '../ui/Page.tsx';
import { linkTo, type Place } from './location.ts';

export interface SiteSection {
  readonly segment: string;
  readonly label: string;
  /** Other first segments that belong to it. */
  readonly also?: readonly string[];
}

export const SECTIONS: readonly SiteSection[] = [
  { segment: 'batches', label: 'Batches' },
  { segment: 'runs', label: 'Runs' },
  { segment: 'compare', label: 'Compare' },
  { segment: 'training', label: 'Training', also: ['sweeps'] },
  { segment: 'models', label: 'Models' },
  { segment: 'try', label: 'Try one' },
];

export function pageAt({ path, filters }: Place): ComponentChildren {
  const [section = 'batches', id] = path;
  switch (section) {
    case 'batches':
      return id ? <BatchPage id={id} /> : <BatchesPage />;
    case 'runs':
      return id ? <RunPage id={id} filters={filters} /> : <RunsPage filters={filters} />;
    case 'compare':
      return <ComparePage ids={filters.getAll('run')} />;
    case 'training':
      return id ? <TrainingRunPage id={id} /> : <TrainingPage />;
    case 'sweeps':
      return id ? <SweepPage id={id} /> : <TrainingPage />;
    case 'models':
      return id ? <ModelPage id={id} /> : <ModelsPage />;
    case 'try':
      return <TryPage />;
    default:
      return <NotFound />;
  }
}

function NotFound() {
  return (
    <Page title="There is no such page">
      <p>
        The <a href={linkTo([])}>list of batches</a> is where everything begins.
      </p>
    </Page>
  );
}
