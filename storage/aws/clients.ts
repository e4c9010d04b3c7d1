import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';

export interface AwsConfig {
  readonly region: string;
  /** LocalStack's URL; null for AWS itself. */
  readonly endpoint: string | null;
  /** Default: the SDK's own chain. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Connections kept for each service. Default 128: what finishing a run reads at once, more than a scorer has in flight. */
  readonly maxSockets?: number;
  /** To connect. Default 3000. */
  readonly connectTimeoutMs?: number;
  /** For an answer, long polls apart. Default 30,000. */
  readonly requestTimeoutMs?: number;
}

export interface AwsClients {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  close(): void;
}

/** One of each in a process: they share connections, and what they know of credentials and clocks. */
export function makeClients(config: AwsConfig): AwsClients {
  const requestHandler = () => ({
    connectionTimeout: config.connectTimeoutMs ?? 3000,
    requestTimeout: config.requestTimeoutMs ?? 30_000,
    throwOnRequestTimeout: true,
    httpAgent: new HttpAgent({ keepAlive: true, maxSockets: config.maxSockets ?? 128 }),
    httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: config.maxSockets ?? 128 }),
  });
  const common = {
    region: config.region,
    // Ours knows about conditional writes (attempts.ts).
    maxAttempts: 1,
    ...(config.endpoint === null ? {} : { endpoint: config.endpoint }),
    ...(config.credentials ? { credentials: config.credentials } : {}),
  };
  const s3 = new S3Client({
    ...common,
    requestHandler: requestHandler(),
    // LocalStack has no host name for each bucket.
    forcePathStyle: config.endpoint !== null,
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
  });
  const sqs = new SQSClient({
    ...common,
    requestHandler: requestHandler(),
    useQueueUrlAsEndpoint: config.endpoint === null,
  });
  return {
    s3,
    sqs,
    close: () => {
      s3.destroy();
      sqs.destroy();
    },
  };
}
