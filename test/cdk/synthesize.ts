/** All templates of a deployment, synthesized in this process without bundling. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readDeployment } from '../../cdk/config.ts';
import { addChecks, addFiducial } from '../../cdk/fiducial.ts';

export interface Resource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a template holds is CloudFormation's business
  readonly Properties: any;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Readonly<Record<string, unknown>>;
}

export type StackName = 'storage' | 'compute' | 'api' | 'observability';
export type Templates = Readonly<Record<StackName, Template>>;

const flags = JSON.parse(readFileSync('cdk.json', 'utf8')).context as Record<string, unknown>;

/** Feature flags as in cdk.json; nothing is bundled. */
function cdkContext(): Record<string, unknown> {
  return { ...flags, 'aws:cdk:bundling-stacks': [] };
}

/**
 * Several deployments, told apart by their stage, in one synthesis: most of it is starting the CDK's own validation.
 * Throws where cdk-nag finds what nobody has argued for.
 */
export function synthesize(...deployments: Readonly<Record<string, unknown>>[]): Templates[] {
  const app = new App({ context: cdkContext(), outdir: mkdtempSync(join(tmpdir(), 'fiducial-cdk-')) });
  const all = deployments.map((deployment) => addFiducial(app, readDeployment(deployment)));
  addChecks(app);
  const assembly = app.synth();
  const template = ({ stackName }: { stackName: string }) => assembly.getStackByName(stackName).template as Template;
  return all.map(({ storage, compute, api, observability }) => ({
    storage: template(storage),
    compute: template(compute),
    api: template(api),
    observability: template(observability),
  }));
}

/** Logical id and resource, of one type. */
export function ofType(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

export function only(template: Template, type: string, prefix = ''): Resource {
  const found = ofType(template, type).filter(([id]) => id.startsWith(prefix));
  if (found.length !== 1) throw new Error(`Expected one ${type} named ${prefix}*, got ${found.map(([id]) => id)}`);
  return found[0]![1];
}
