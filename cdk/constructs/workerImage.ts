/**
 * The container image of a worker, built by `cdk deploy` from this repository. Synthesis only copies its sources, so it
 * needs no Docker; the copy holds what the Dockerfile copies and nothing else.
 */
import { fileURLToPath } from 'node:url';
import { IgnoreMode } from 'aws-cdk-lib';
import * as assets from 'aws-cdk-lib/aws-ecr-assets';
import { Construct } from 'constructs';
import type { Deployment } from '../config.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** What the build may see. test/functions/dockerfiles.test.ts checks that every COPY is covered. */
export const IMAGE_SOURCES = [
  'package.json',
  'package-lock.json',
  '.npmrc',
  'domain',
  'storage',
  'imaging',
  'inference',
  'scoring',
  'training',
  'functions',
  'models',
  'scripts/build-tfjs-node.mjs',
] as const;

export interface WorkerImageProps {
  readonly worker: 'scorer' | 'trainer';
  readonly compute: Deployment['compute'];
}

export class WorkerImage extends Construct {
  readonly asset: assets.DockerImageAsset;

  constructor(scope: Construct, id: string, props: WorkerImageProps) {
    super(scope, id);
    this.asset = new assets.DockerImageAsset(this, 'Image', {
      directory: REPOSITORY,
      file: `functions/docker/${props.worker}.${props.compute}.Dockerfile`,
      platform: assets.Platform.LINUX_AMD64,
      ignoreMode: IgnoreMode.DOCKER,
      exclude: ['*', ...IMAGE_SOURCES.map((source) => `!${source}`), '**/node_modules', '**/*.md'],
    });
  }
}
