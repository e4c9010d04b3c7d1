/** A bar from 0 to 1 with its label; null: under way, share unknown. */
export function Progress({ label, share }: { readonly label: string; readonly share: number | null }) {
  return share === null ? (
    <progress aria-label={label} />
  ) : (
    <progress aria-label={label} value={Math.max(0, Math.min(1, share))} max={1}>
      {Math.round(share * 100)} %
    </progress>
  );
}
