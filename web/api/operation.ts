/** A GraphQL operation and the types of what it gives and takes; its values are in operations.generated.ts. */
export type { Operation } from '../../graphql/client/operation.ts';
