/** Resources whose types take no tags in the schemas that cfn-lint knows. The tags of the app would be an error there. */
import { Tags } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export function untagged(construct: IConstruct): void {
  for (const tag of ['project', 'stage']) Tags.of(construct).remove(tag);
}
