/**
 * GraphQL over a REST API, whose answers may stream for fifteen minutes (subscriptions as server-sent events). Regional,
 * because an edge-optimised one ends a stream that is quiet for thirty seconds.
 *
 * Who may call is decided in the handler, which checks the token of every request and denies by default (graphql/auth):
 * a token names projects and scopes, which an authorizer here could not weigh against the query.
 */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { Deployment } from '../config.ts';
import { logGroup } from '../logGroup.ts';
import { API_LIMITS } from '../sizes.ts';
import type { NodeFunction } from './nodeFunction.ts';

export interface StreamingApiProps {
  readonly deployment: Deployment;
  readonly handler: NodeFunction;
}

export class StreamingApi extends Construct {
  readonly api: apigateway.RestApi;

  constructor(scope: Construct, id: string, { deployment, handler }: StreamingApiProps) {
    super(scope, id);
    this.api = new apigateway.RestApi(this, 'Api', {
      restApiName: `fiducial-${deployment.stage}`,
      description: 'Fiducial: GraphQL',
      endpointTypes: [apigateway.EndpointType.REGIONAL],
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN, // it is the account's, not the stack's: others log by it too
      deployOptions: {
        stageName: 'api',
        accessLogDestination: new apigateway.LogGroupLogDestination(logGroup(this, 'Access', deployment)),
        accessLogFormat: apigateway.AccessLogFormat.jsonWithStandardFields(),
        loggingLevel: apigateway.MethodLoggingLevel.ERROR,
        dataTraceEnabled: false, // bodies hold tokens
        metricsEnabled: true,
        throttlingRateLimit: API_LIMITS.requestsPerSecond,
        throttlingBurstLimit: API_LIMITS.burst,
      },
    });
    const integration = new apigateway.LambdaIntegration(handler.function, {
      responseTransferMode: apigateway.ResponseTransferMode.STREAM,
      timeout: Duration.minutes(15),
      allowTestInvoke: false,
    });
    const path = this.api.root.addResource('graphql');
    for (const method of ['GET', 'POST', 'OPTIONS']) path.addMethod(method, integration);
    this.acknowledgeChoices();
  }

  private acknowledgeChoices(): void {
    acknowledge(
      this.api,
      ['AwsSolutions-APIG4', 'AwsSolutions-COG4'],
      'The handler checks a token (OIDC or a hashed API token) on every request and denies by default; a test walks the schema.',
    );
    acknowledge(
      this.api,
      ['AwsSolutions-APIG2'],
      'Requests are GraphQL: size, depth, cost, arguments and types are checked by the handler against its schema.',
    );
    acknowledge(
      this.api,
      ['AwsSolutions-APIG3'],
      'A web ACL costs more a month than the stack at rest; the stage is throttled, and the handler limits each caller. docs/operate.md says how to attach one.',
    );
    const partition = `<${Stack.of(this).resolve(Stack.of(this).partition).Ref}>`;
    acknowledge(
      this.api,
      [`AwsSolutions-IAM4[Policy::arn:${partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]`],
      'The one role by which API Gateway may log in this account and region, as AWS defines it.',
    );
  }
}
