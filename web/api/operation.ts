/** A GraphQL operation and the types of what it gives and takes; its values are in operations.generated.ts. */
export interface Operation<Data, Variables> {
  readonly name: string;
  readonly text: string;
  /** Never set: they carry the types. */
  readonly data?: Data;
  readonly variables?: Variables;
}
