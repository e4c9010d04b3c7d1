/** One call of the API, and what its failures mean. The only place that sends GraphQL over HTTP. */
import { ApiError, unreachable } from './apiError.ts';
import { answered, lost } from './connection.ts';
import type { Operation } from './operation.ts';
import { refused, session } from './session.ts';

export const ENDPOINT = '/graphql';

const PROBE: Operation<{ __typename: string }, Record<string, never>> = {
  name: 'Probe',
  text: 'query Probe { __typename }',
};

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** Throws ApiError. Aborting rejects too, and changes nothing else. */
export async function request<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  { signal }: RequestOptions = {},
): Promise<Data> {
  const { token } = session.get();
  const response = await post(operation, variables, 'application/json', signal);
  const answer = await response.json().catch(() => null);
  if (!response.ok && !answer?.errors) throw gone();
  answered();
  if (answer.errors?.length) throw failureOf(answer.errors[0], token);
  return answer.data as Data;
}

/** The response, once its head is here. Throws ApiError where nothing answered. */
export async function post<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  accept: string,
  signal?: AbortSignal,
): Promise<Response> {
  const { token } = session.get();
  const headers: Record<string, string> = {
    accept,
    'content-type': 'application/json',
    'x-fiducial-csrf': '1',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const body = JSON.stringify({ query: operation.text, operationName: operation.name, variables });
  try {
    return await fetch(ENDPOINT, { method: 'POST', headers, body, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw gone();
  }
}

/** Asks whether the API is back. */
export function probe(): Promise<unknown> {
  return request(PROBE, {});
}

function gone(): ApiError {
  lost(probe);
  return unreachable();
}

interface GraphqlFailure {
  readonly message: string;
  readonly extensions?: { readonly code?: string; readonly retryable?: boolean };
}

/** Also tells the session where the token is refused. */
export function failureOf({ message, extensions }: GraphqlFailure, token: string | null): ApiError {
  const code = extensions?.code ?? 'UNEXPECTED';
  if (code !== 'UNAUTHENTICATED') return new ApiError('refused', code, message, extensions?.retryable ?? false);
  refused(token, message);
  return new ApiError('unauthenticated', code, message);
}
