/** What each role of the templates may do, one line an action and resource, in readable names. */
import { ofType, type StackName, type Template, type Templates } from '../synthesize.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

export function grantsOf(templates: Templates): Record<string, string[]> {
  const grants: Record<string, string[]> = {};
  for (const [stack, template] of Object.entries(templates) as [StackName, Template][]) {
    for (const [id, { Properties }] of ofType(template, 'AWS::IAM::Role')) {
      const managed = ((Properties.ManagedPolicyArns ?? []) as unknown[]).map((arn) => `managed policy ${name(arn)}`);
      const inline = ((Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[]).flatMap(
        ({ PolicyDocument }) => linesOf(PolicyDocument.Statement),
      );
      grants[roleName(stack, id)] = [...managed, ...inline];
    }
    for (const [, { Properties }] of ofType(template, 'AWS::IAM::Policy')) {
      for (const role of Properties.Roles as { Ref: string }[]) {
        const statements = Properties.PolicyDocument.Statement as Statement[];
        grants[roleName(stack, role.Ref)]!.push(...linesOf(statements));
      }
    }
  }
  return Object.fromEntries(Object.entries(grants).map(([role, lines]) => [role, lines.sort()]));
}

function roleName(stack: string, id: string): string {
  return `${stack} ${withoutHash(id)}`;
}

function linesOf(statements: readonly Statement[]): string[] {
  return statements.flatMap(({ Effect, Action, Resource }) => {
    if (Effect !== 'Allow') throw new Error(`Expected roles to allow, got ${Effect}`);
    const resources = Array.isArray(Resource) ? Resource : [Resource];
    return [Action].flat().flatMap((action) => resources.map((resource) => `${action} on ${name(resource)}`));
  });
}

/** `UploadsBucket3941FA60` is `UploadsBucket`. */
function withoutHash(id: string): string {
  return id.replace(/[0-9A-F]{8}$/, '');
}

// biome-ignore lint/suspicious/noExplicitAny: an ARN is made of any intrinsic
function name(resource: any): string {
  if (typeof resource === 'string') return resource;
  if (resource['Fn::GetAtt']) return withoutHash(resource['Fn::GetAtt'][0]);
  if (resource['Fn::Sub']) return resource['Fn::Sub'];
  if (resource.Ref) return withoutHash(resource.Ref);
  if (resource['Fn::GetStackOutput']) {
    // PublishOutput, how it was referred to, logical id, attribute, hash.
    const { OutputName } = resource['Fn::GetStackOutput'];
    const [, id] = /^PublishOutput(?:FnGetAtt|Ref)([A-Za-z]+?)[0-9A-F]{8}/.exec(OutputName) ?? [];
    if (!id) throw new Error(`Expected the output of a resource, got ${OutputName}`);
    return id;
  }
  if (!resource['Fn::Join']) throw new Error(`Expected an ARN, got ${JSON.stringify(resource)}`);
  const text = (resource['Fn::Join'][1] as unknown[]).map(name).join('');
  return text
    .replace(/^arn:AWS::Partition:iam::aws:policy\//, '')
    .replace(/^arn:AWS::Partition:ecs:AWS::Region:AWS::AccountId:/, '')
    .replace(/^arn:AWS::Partition:ecr:.*container-assets.*$/, 'ImageRepository');
}
