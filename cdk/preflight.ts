/** What `cdk deploy` needs and would ask for one at a time, minutes apart. */
import { spawnSync } from 'node:child_process';
import { ECSClient } from '@aws-sdk/client-ecs';

export interface Need {
  readonly what: string;
  /** What to do where it is missing. */
  readonly how: string;
  met(): boolean | Promise<boolean>;
}

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}

export function needs(env: Readonly<Record<string, string | undefined>>): readonly Need[] {
  return [
    {
      what: 'a Docker engine that answers (it builds the images of the workers)',
      how: 'start Docker, or set CDK_DOCKER to a command that works like it (podman, finch)',
      met: () => runs(env.CDK_DOCKER ?? 'docker', ['info']),
    },
    {
      what: 'AWS credentials',
      how: 'aws sso login, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      met: hasCredentials,
    },
    {
      what: 'the dashboard, built',
      how: 'node scripts/setup.mjs',
      met: () => runs(process.execPath, ['-e', "require('node:fs').statSync('web/dist/index.html')"]),
    },
  ];
}

/** By the SDK's own chain: environment, shared files, SSO, the machine's role. */
async function hasCredentials(): Promise<boolean> {
  const client = new ECSClient({ region: 'us-east-1' });
  return client.config.credentials().then(
    () => true,
    () => false,
  );
}
