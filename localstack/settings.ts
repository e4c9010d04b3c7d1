/** The settings LocalStack runs with, in a container or as a plain process. */

/** Newer images need an account's token. compose.yaml and requirements.in name the same one. */
export const LOCALSTACK_VERSION = '4.12.0';

export const SERVICES = ['s3', 'sqs', 'cloudformation', 'sts', 'ssm', 'iam'] as const;

/** Keys that LocalStack accepts; they open nothing anywhere else. */
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;
export const REGION = 'us-east-1';

/** Of a plain process; nothing else of this machine's environment reaches it. */
export function processEnvironment(folder: string, port: number): Record<string, string> {
  const address = `127.0.0.1:${port}`;
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: `${folder}/home`,
    LANG: 'C.UTF-8',
    OVERRIDE_IN_DOCKER: '0',
    FILESYSTEM_ROOT: `${folder}/fs`,
    GATEWAY_LISTEN: address,
    LOCALSTACK_HOST: address,
    SQS_ENDPOINT_STRATEGY: 'path',
    // Otherwise a forged URL is as good as a signed one.
    S3_SKIP_SIGNATURE_VALIDATION: '0',
    SKIP_SSL_CERT_DOWNLOAD: '1',
    DISABLE_EVENTS: '1',
    DNS_ADDRESS: '0',
    SERVICES: SERVICES.join(','),
    STRICT_SERVICE_LOADING: '1',
    EAGER_SERVICE_LOADING: '1',
    LS_LOG: 'warn',
  };
}

/** What AWS SDKs and the `aws` and `cdk` commands need to find it. */
export function clientEnvironment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_S3: endpoint,
    AWS_S3_FORCE_PATH_STYLE: '1',
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}
