/** Subscriptions: how far a run or a training run is, as it goes on. */
import { FiducialError } from '../../domain/errors.ts';
import { readProgress } from '../../scoring/read/progress.ts';
import { readRun } from '../../scoring/read/runs.ts';
import type { RunProgress, RunView } from '../../scoring/read/types.ts';
import { readEpochs, readTraining, type TrainingEpoch, type TrainingView } from '../../training/ledger/index.ts';
import { builder } from '../builder.ts';
import { openId } from '../ids.ts';
import { type Watched, watch } from '../live.ts';
import type { ApiContext } from '../ports.ts';
import { EpochRef } from './epoch.ts';
import { ProgressRef, RunRef } from './run.ts';
import { TrainingRef } from './training.ts';

interface RunEvent {
  readonly run: RunView;
  readonly progress: RunProgress | null;
}

const RunEventRef = builder.objectRef<RunEvent>('RunProgressEvent').implement({
  description: 'A run as it stands at one moment.',
  fields: (t) => ({
    run: t.expose('run', { type: RunRef, description: 'The run.' }),
    progress: t.expose('progress', {
      type: ProgressRef,
      nullable: true,
      description: 'Null while it is being planned.',
    }),
  }),
});

const RUN_ENDS: ReadonlySet<string> = new Set(['DONE', 'FAILED', 'REJECTED', 'CANCELLED']);

async function seeRun({ parts }: ApiContext, project: string, id: string): Promise<Watched<RunEvent> | null> {
  const run = await readRun(parts.stores, project, id);
  if (!run) return null;
  const progress = run.record ? await readProgress(parts.stores, run.record) : null;
  return { value: { run, progress }, ended: RUN_ENDS.has(run.status), shards: run.record?.shards ?? 0 };
}

builder.subscriptionField('runProgress', (t) =>
  t.field({
    type: RunEventRef,
    scope: 'read',
    description: 'A value at once, then one whenever it changes; ends with the run.',
    args: { run: t.arg.id({ required: true, description: '`Run:project:run`' }) },
    subscribe: async (_, { run }, context) => {
      const { project, parts } = openId(context, 'Run', run);
      if (!(await readRun(context.parts.stores, project, parts[0]!))) throw missing('run', run);
      return watch(context, () => seeRun(context, project, parts[0]!));
    },
    resolve: (event: RunEvent, _, context) => {
      // Fields of later events must not be answered from what earlier ones have read.
      context.memo.clear();
      return event;
    },
  }),
);

interface TrainingEvent {
  readonly training: TrainingView;
  readonly epochs: readonly TrainingEpoch[];
}

const TrainingEventRef = builder.objectRef<TrainingEvent>('TrainingProgressEvent').implement({
  description: 'A training run as it stands at one moment.',
  fields: (t) => ({
    training: t.expose('training', { type: TrainingRef, description: 'The training run.' }),
    epochs: t.field({
      type: [EpochRef],
      description: 'Those since the last event, in order.',
      resolve: ({ epochs }) => [...epochs],
    }),
  }),
});

const TRAINING_ENDS: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'CANCELLED']);
const EPOCHS_AT_ONCE = 200;

builder.subscriptionField('trainingProgress', (t) =>
  t.field({
    type: TrainingEventRef,
    scope: 'read',
    description:
      'A value at once, with the epochs after `afterEpoch`; then one whenever it changes. Ends with the run.',
    args: {
      training: t.arg.id({ required: true, description: '`TrainingRun:project:training`' }),
      afterEpoch: t.arg.int({ defaultValue: 0, description: 'The last epoch that is known already; 0: none.' }),
    },
    subscribe: async (_, { training, afterEpoch }, context) => {
      const { project, parts } = openId(context, 'TrainingRun', training);
      const { stores, now } = context.parts;
      if (!(await readTraining(stores, project, parts[0]!))) throw missing('training run', training);
      let known = afterEpoch ?? 0;
      return watch<TrainingEvent>(context, async () => {
        const view = await readTraining(stores, project, parts[0]!, now());
        if (!view) return null;
        const { epochs, hasNextPage } = await readEpochs(stores, project, parts[0]!, EPOCHS_AT_ONCE, known);
        known = epochs.at(-1)?.epoch ?? known;
        return { value: { training: view, epochs }, ended: TRAINING_ENDS.has(view.status) && !hasNextPage };
      });
    },
    resolve: (event: TrainingEvent, _, context) => {
      context.memo.clear();
      return event;
    },
  }),
);

function missing(what: string, id: string): FiducialError {
  return new FiducialError('NOT_FOUND', `Expected a ${what}, got "${id}", which does not exist or was deleted`);
}
