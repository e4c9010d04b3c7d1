/** The storage stack alone, as a template: what LocalStack is given. No other stack is built, nothing is bundled. */
import { App } from 'aws-cdk-lib';
import { readDeployment } from './config.ts';
import { StorageStack } from './stacks/storage.ts';

export interface StorageTemplate {
  readonly stackName: string;
  /** JSON, without what `cdk bootstrap` would have to make first. */
  readonly body: string;
}

/** `stage` as in the context of a deployment; `context` is cdk.json's, whose feature flags shape the template. */
export function storageTemplate(stage: string, context: Readonly<Record<string, unknown>>): StorageTemplate {
  const app = new App({ context: { ...context, stage, 'aws:cdk:bundling-stacks': [] }, analyticsReporting: false });
  const stackName = `fiducial-${stage}-storage`;
  const deployment = readDeployment({ stage, removalPolicy: 'destroy' });
  new StorageStack(app, stackName, { deployment });
  const template = app.synth().getStackByName(stackName).template as {
    Rules?: unknown;
    Parameters?: Record<string, unknown>;
  };
  const { Rules: _, Parameters: { BootstrapVersion: __, ...parameters } = {}, ...rest } = template;
  return { stackName, body: JSON.stringify({ ...rest, Parameters: parameters }) };
}
