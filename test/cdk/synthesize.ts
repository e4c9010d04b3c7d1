/** All templates of a deployment, synthesized in this process without bundling. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { readDeployment } from '../../cdk/config.ts';
import { addFiducial } from '../../cdk/fiducial.ts';

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

export function cdkContext(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { ...flags, 'aws:cdk:bundling-stacks': [], ...overrides };
}

/** Throws where cdk-nag finds what nobody has argued for. */
export function synthesize(overrides: Readonly<Record<string, unknown>> = {}): Templates {
  const context = cdkContext(overrides);
  const app = new App({ context, outdir: mkdtempSync(join(tmpdir(), 'fiducial-cdk-')) });
  const stacks = addFiducial(app, readDeployment(app.node.getAllContext()));
  const assembly = app.synth();
  const template = (name: StackName) => assembly.getStackByName(stacks[name].stackName).template as Template;
  return {
    storage: template('storage'),
    compute: template('compute'),
    api: template('api'),
    observability: template('observability'),
  };
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
