/** What a stack has to hold before its pictures are taken: two runs of the demo, a training run, a sweep. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Client,
  payload,
  Rerun,
  Run,
  StartSweep,
  StartTraining,
  Training,
  Trainings,
} from '../graphql/client/index.ts';
import { RunList, SweepList } from '../web/api/operations.generated.ts';

const PAUSE_MS = 2000;
const SMALL = { 'synthetic.count': 60, epochs: 6 } as const;

/** Makes what is not there, and waits until all of it has ended. Throws where there is no run of the demo, or where what was made fails. */
export async function prepare(client: Client): Promise<void> {
  const { runs } = await client.request(RunList, { project: 'default', first: 200 });
  const demos = runs.edges.map(({ node }) => node).filter(({ batch }) => batch?.name === 'demo');
  const oldest = demos.at(-1);
  if (!oldest) throw new Error('Expected a run of the demo, got none: start the stack by `npm start`');
  if (demos.length < 2) {
    const input = { run: oldest.id, crop: 'BOX' as const, errorThreshold: 0.1 };
    const { run } = payload((await client.request(Rerun, { input })).rerun);
    await until(async () => ((await client.request(Run, { id: run.id })).run?.finishedAt ? true : null));
  }
  const { trainings } = await client.request(Trainings, { project: 'default', first: 200 });
  const { sweeps } = await client.request(SweepList, { project: 'default', first: 1 });
  const trained = trainings.edges.some(({ node }) => node.status === 'FINISHED');
  if (!trained || sweeps.edges.length === 0) await train(client);
}

async function train(client: Client): Promise<void> {
  const input = { recipe: 'nose', overrides: SMALL };
  const { training } = payload((await client.request(StartTraining, { input })).startTraining);
  const fixed = Object.fromEntries(Object.entries(SMALL).map(([field, value]) => [field, [value]]));
  const grid = { ...fixed, 'architecture.kernel': [3, 5], 'optimiser.learningRate': [0.001, 0.01] };
  payload((await client.request(StartSweep, { input: { recipe: 'nose', grid } })).startSweep);
  await until(async () => {
    const { trainings } = await client.request(Trainings, { project: 'default', first: 200 });
    const under = trainings.edges.filter(({ node }) => node.status === 'QUEUED' || node.status === 'RUNNING');
    return under.length === 0 ? true : null;
  });
  const { training: made } = await client.request(Training, { id: training.id });
  if (made?.status !== 'FINISHED') throw new Error(`Expected the training run to finish, got ${made?.status}`);
}

async function until(done: () => Promise<true | null>): Promise<void> {
  while (!(await done())) await sleep(PAUSE_MS);
}
