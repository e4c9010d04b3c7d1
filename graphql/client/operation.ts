/** A GraphQL operation, with the types of what it takes and gives. */
export interface Operation<Data, Variables> {
  readonly name: string;
  readonly text: string;
  /** Never set: they carry the types. */
  readonly data?: Data;
  readonly variables?: Variables;
}
