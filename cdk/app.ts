/** What `npx cdk` runs (cdk.json): the stacks of one deployment, from the context alone. */
import { App } from 'aws-cdk-lib';
import { isFiducialError } from '../domain/errors.ts';
import { readDeployment } from './config.ts';
import { addChecks, addFiducial } from './fiducial.ts';

try {
  const app = new App();
  addFiducial(app, readDeployment(app.node.getAllContext()));
  addChecks(app);
  app.synth();
} catch (error) {
  if (!isFiducialError(error, 'INVALID_CONFIG')) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
