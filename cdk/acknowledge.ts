/** Where a rule of cdk-nag does not fit, the reason is written beside the construct; there is no other way to pass. */
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** `findings` are rule ids, with the finding in brackets where a rule has several: `AwsSolutions-IAM5[Action::x:*]`. */
export function acknowledge(scope: IConstruct, findings: readonly string[], reason: string): void {
  for (const id of findings) Validations.of(scope).acknowledge({ id, reason });
}

/**
 * Acknowledges the star in resources that a policy names. How cdk-nag spells such a finding depends on how the stack
 * refers to the resource, which is decided when stacks are put together: so this waits until the tree is validated.
 */
export function acknowledgeResources(scope: IConstruct, resources: readonly string[], reason: string): void {
  const stack = Stack.of(scope);
  scope.node.addValidation({
    validate: () => {
      const findings = resources.map((arn) => `AwsSolutions-IAM5[Resource::${spell(stack.resolve(arn))}]`);
      acknowledge(scope, findings, reason);
      return [];
    },
  });
}

/** As cdk-nag does it: `<LogicalId.Arn>/*`. */
function spell(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('${', '<').replaceAll('}', '>');
  const [operator, operand] = Object.entries(value as Record<string, unknown>)[0]!;
  if (operator === 'Ref') return `<${String(operand)}>`;
  if (operator === 'Fn::GetAtt') return `<${(operand as string[]).join('.')}>`;
  if (operator !== 'Fn::Join') return JSON.stringify(value);
  const [delimiter, parts] = operand as [string, unknown[]];
  return parts.map(spell).join(delimiter);
}
