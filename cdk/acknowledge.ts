/** Where a rule of cdk-nag does not fit, the reason is written beside the construct; there is no other way to pass. */
import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** `findings` are rule ids, with the finding in brackets where a rule has several: `AwsSolutions-IAM5[Resource::*]`. */
export function acknowledge(scope: IConstruct, findings: readonly string[], reason: string): void {
  for (const id of findings) Validations.of(scope).acknowledge({ id, reason });
}
