/** All stacks of one deployment. */
import { type App, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Deployment } from './config.ts';
import { StorageStack } from './stacks/storage.ts';

export interface Fiducial {
  readonly storage: StorageStack;
}

export function addFiducial(app: App, deployment: Deployment): Fiducial {
  const name = (part: string) => `fiducial-${deployment.stage}-${part}`;
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  Tags.of(app).add('project', 'fiducial');
  Tags.of(app).add('stage', deployment.stage);
  const storage = new StorageStack(app, name('storage'), { deployment, description: 'Fiducial: buckets and queues' });
  return { storage };
}
