/** Why the API would not do something, in its own words. */
export interface RejectedProps {
  readonly why: { readonly code: string; readonly message: string };
  /** What was not done. */
  readonly what?: string;
}

export function Rejected({ why: { code, message }, what }: RejectedProps) {
  return (
    <p class="failure" role="alert">
      {what && <>{what}: </>}
      <code>{code}</code> {message}
    </p>
  );
}
