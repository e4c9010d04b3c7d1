/** A Lambda of functions/, bundled to one minified file by the local esbuild, with a role and a log group of its own. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage, Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { LambdaName } from '../bundle.ts';
import type { Deployment } from '../config.ts';
import type { Environment } from '../environment.ts';
import { logGroup } from '../logGroup.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLER = fileURLToPath(new URL('../bundle.ts', import.meta.url));

export interface NodeFunctionProps {
  readonly deployment: Deployment;
  /** File of functions/, without its ending. */
  readonly entry: LambdaName;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
  readonly environment: Environment;
}

export class NodeFunction extends Construct {
  readonly function: lambda.Function;
  readonly role: iam.Role;
  readonly log: logs.LogGroup;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    this.log = logGroup(this, 'Function', props.deployment);
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    // Not AWSLambdaBasicExecutionRole, which may write to any log group.
    this.role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [this.log.logGroupArn],
      }),
    );
    this.function = new lambda.Function(this, 'Function', {
      description: props.description,
      code: bundled(props.entry),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMiB,
      role: this.role,
      logGroup: this.log,
      loggingFormat: lambda.LoggingFormat.JSON,
      environment: props.environment,
    });
  }
}

/** By this process's own Node: no Docker, which the CDK would fall back to. */
function bundled(name: LambdaName): lambda.Code {
  return lambda.Code.fromAsset(`${REPOSITORY}functions`, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry('unused'),
      // The CDK bundles once for a folder and its options, so what differs has to be among them.
      command: [name],
      local: {
        tryBundle(folder) {
          execFileSync(process.execPath, [BUNDLER, name, folder], { stdio: ['ignore', 'inherit', 'inherit'] });
          return true;
        },
      },
    },
  });
}
