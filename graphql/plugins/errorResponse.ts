/** A refusal before GraphQL, in GraphQL's own shape. */
export function errorResponse(status: number, error: Error, headers: Readonly<Record<string, string>> = {}): Response {
  const { message } = error;
  const extensions = (error as { extensions?: object }).extensions ?? {};
  return new Response(JSON.stringify({ errors: [{ message, extensions }] }), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}
