/** All stacks of one deployment. */
import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Deployment } from './config.ts';
import { ApiStack } from './stacks/api.ts';
import { ComputeStack } from './stacks/compute.ts';
import { ObservabilityStack } from './stacks/observability.ts';
import { StorageStack } from './stacks/storage.ts';

export interface Fiducial {
  readonly storage: StorageStack;
  readonly compute: ComputeStack;
  readonly api: ApiStack;
  readonly observability: ObservabilityStack;
}

export function addFiducial(app: App, deployment: Deployment): Fiducial {
  const name = (part: string) => `fiducial-${deployment.stage}-${part}`;
  const storage = new StorageStack(app, name('storage'), { deployment, description: 'Fiducial: buckets and queues' });
  const compute = new ComputeStack(app, name('compute'), {
    deployment,
    storage,
    description: 'Fiducial: scorers and trainers',
  });
  const api = new ApiStack(app, name('api'), {
    deployment,
    storage,
    compute,
    description: 'Fiducial: GraphQL, planner, dead letters, sweep, dashboard',
  });
  const observability = new ObservabilityStack(app, name('observability'), {
    deployment,
    storage,
    compute,
    api,
    description: 'Fiducial: alarms, dashboard, budget',
  });
  for (const stack of [storage, compute, api, observability]) {
    Tags.of(stack).add('project', 'fiducial');
    Tags.of(stack).add('stage', deployment.stage);
  }
  return { storage, compute, api, observability };
}

/** Makes synthesis fail on what cdk-nag finds and nobody has argued for. */
export function addChecks(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
