/**
 * Writes web/api/operations.generated.ts and graphql/client/operations.generated.ts: the operations of the dashboard
 * and of the client, checked against the SDL, with the types of what they take and give.
 * `node scripts/generateOperations.ts`; a test fails where a file is stale.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildSchema,
  concatAST,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  typeFromAST,
  validate,
  visit,
} from 'graphql';

const root = fileURLToPath(new URL('../', import.meta.url));
const SCALARS: Readonly<Record<string, string>> = {
  ID: 'string',
  String: 'string',
  Int: 'number',
  Float: 'number',
  Boolean: 'boolean',
  DateTime: 'string',
  Point: 'readonly [number, number]',
  JSON: 'unknown',
};

interface Sources {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** Folders with `operations/*.graphql`, `operation.ts` and the generated file. */
export const TARGETS = ['web/api', 'graphql/client'] as const;

/** The file's text. Throws where an operation does not fit the schema. */
export function generateOperations(target: (typeof TARGETS)[number] = 'web/api'): string {
  const schema = buildSchema(readFileSync(`${root}graphql/schema.graphql`, 'utf8'), { assumeValid: true });
  const files = globSync(`${target}/operations/*.graphql`, { cwd: root }).sort();
  const document = concatAST(files.map((file) => parse(readFileSync(root + file, 'utf8'), { noLocation: true })));
  const wrong = validate(schema, document);
  if (wrong.length > 0) throw new Error(`An operation does not fit graphql/schema.graphql: ${wrong.join('; ')}`);
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
  const sources = { schema, fragments };
  return [
    `// Written by scripts/generateOperations.ts from graphql/schema.graphql and ${target}/operations. Not to be edited.`,
    "import type { Operation } from './operation.ts';",
    ...inputTypes(schema, document),
    ...[...fragments.values()].map((one) => fragmentType(sources, one)),
    ...document.definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? [operation(sources, one)] : [])),
    '',
  ].join('\n\n');
}

function fragmentType(sources: Sources, fragment: FragmentDefinitionNode): string {
  const type = sources.schema.getType(fragment.typeCondition.name.value) as GraphQLCompositeType;
  return `export type ${fragment.name.value} = ${objectType(sources, type, fragment.selectionSet)};`;
}

function operation(sources: Sources, node: OperationDefinitionNode): string {
  const name = node.name!.value;
  const type = sources.schema.getRootType(node.operation)!;
  const variables = (node.variableDefinitions ?? []).map(({ variable, type: ast }) => {
    const input = typeFromAST(sources.schema, ast as never) as GraphQLInputType;
    return `${variable.name.value}${isNonNullType(input) ? '' : '?'}: ${inputType(input)}`;
  });
  const text = [node, ...usedFragments(sources, node)].map(print).join('\n').replaceAll(/\s+/g, ' ');
  return [
    `export type ${name}Data = ${objectType(sources, type, node.selectionSet)};`,
    `export type ${name}Variables = { ${variables.join('; ')} };`,
    `export const ${name}: Operation<${name}Data, ${name}Variables> = {`,
    `  name: '${name}',`,
    `  text: ${JSON.stringify(text)},`,
    '};',
  ].join('\n');
}

function usedFragments({ fragments }: Sources, node: OperationDefinitionNode): FragmentDefinitionNode[] {
  const found = new Map<string, FragmentDefinitionNode>();
  const look = (within: OperationDefinitionNode | FragmentDefinitionNode) =>
    visit(within, {
      FragmentSpread: ({ name }) => {
        if (found.has(name.value)) return;
        found.set(name.value, fragments.get(name.value)!);
        look(fragments.get(name.value)!);
      },
    });
  look(node);
  return [...found.values()];
}

/** Selected fields of an object; of an interface or union, one alternative for each type that is asked about. */
function objectType(sources: Sources, type: GraphQLCompositeType, set: SelectionSetNode): string {
  if (!isAbstractType(type)) return fieldsType(sources, type, set);
  const asked = new Set<string>();
  for (const one of set.selections) {
    if (one.kind === Kind.INLINE_FRAGMENT && one.typeCondition) asked.add(one.typeCondition.name.value);
  }
  const possible = sources.schema.getPossibleTypes(type);
  const others = possible.filter(({ name }) => !asked.has(name)).map(({ name }) => `'${name}'`);
  const known = possible.filter(({ name }) => asked.has(name)).map((one) => fieldsType(sources, one, set));
  return [...known, ...(others.length > 0 ? [`{ readonly __typename: ${others.join(' | ')} }`] : [])].join(' | ');
}

function fieldsType(sources: Sources, type: GraphQLCompositeType, set: SelectionSetNode): string {
  const fields = new Map<string, string>();
  collect(sources, type, set, fields);
  return `{ ${[...fields].map(([name, text]) => `readonly ${name}: ${text}`).join('; ')} }`;
}

function collect(sources: Sources, type: GraphQLCompositeType, set: SelectionSetNode, into: Map<string, string>): void {
  for (const one of set.selections) {
    if (one.kind === Kind.FIELD) {
      const name = one.name.value;
      const field = name === '__typename' ? null : (type as GraphQLObjectType).getFields()[name]!;
      into.set(one.alias?.value ?? name, field ? outputType(sources, field.type, one.selectionSet) : `'${type.name}'`);
    } else if (one.kind === Kind.FRAGMENT_SPREAD) {
      collect(sources, type, sources.fragments.get(one.name.value)!.selectionSet, into);
    } else if (!one.typeCondition || one.typeCondition.name.value === type.name) {
      collect(sources, type, one.selectionSet, into);
    }
  }
}

function outputType(sources: Sources, type: GraphQLOutputType, set: SelectionSetNode | undefined): string {
  if (isNonNullType(type)) return bare(sources, type.ofType, set);
  return `${bare(sources, type, set)} | null`;
}

function bare(sources: Sources, type: GraphQLOutputType, set: SelectionSetNode | undefined): string {
  if (isListType(type)) return `readonly (${outputType(sources, type.ofType, set)})[]`;
  if (isCompositeType(type)) return objectType(sources, type, set!);
  return leaf(type as GraphQLNamedType);
}

function leaf(type: GraphQLNamedType): string {
  if (isEnumType(type))
    return type
      .getValues()
      .map(({ name }) => `'${name}'`)
      .join(' | ');
  return SCALARS[type.name] ?? 'unknown';
}

function inputType(type: GraphQLInputType): string {
  if (isNonNullType(type)) return bareInput(type.ofType);
  return `${bareInput(type)} | null`;
}

function bareInput(type: GraphQLInputType): string {
  if (isListType(type)) return `readonly (${inputType(type.ofType)})[]`;
  return isInputObjectType(type) ? type.name : leaf(type as GraphQLNamedType);
}

/** Input objects that the operations' variables name. */
function inputTypes(schema: GraphQLSchema, document: DocumentNode): string[] {
  const named = new Set<string>();
  visit(document, {
    VariableDefinition: ({ type }) => {
      const name = /(\w+)/.exec(print(type))![1]!;
      if (isInputObjectType(schema.getType(name))) named.add(name);
    },
  });
  for (const name of named) {
    for (const field of Object.values((schema.getType(name) as GraphQLInputObjectType).getFields())) {
      const inner = /(\w+)/.exec(String(field.type))![1]!;
      if (isInputObjectType(schema.getType(inner))) named.add(inner);
    }
  }
  return [...named].map((name) => {
    const fields = Object.values((schema.getType(name) as GraphQLInputObjectType).getFields());
    const lines = fields.map(
      ({ name: field, type }) => `${field}${isNonNullType(type) ? '' : '?'}: ${inputType(type)}`,
    );
    return `export type ${name} = { ${lines.join('; ')} };`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const target of TARGETS) writeFileSync(`${root}${target}/operations.generated.ts`, generateOperations(target));
}
