/** Stands in for the SDK's chain of credential providers in Lambda's bundles (cdk/bundle.ts). */
import { fromEnv } from '@aws-sdk/credential-provider-env';

export const defaultProvider = () => fromEnv();
