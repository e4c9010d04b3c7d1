import { session } from '../api/session.ts';
import { useValue } from '../api/value.ts';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Header } from './Header.tsx';
import { usePageFocus, usePlace } from './location.ts';
import { pageAt } from './pages.tsx';
import { SignIn } from './SignIn.tsx';

export function App() {
  const place = usePlace();
  usePageFocus(place);
  const { refusal, project, token } = useValue(session);
  return (
    <>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to the page
      </button>
      <Header place={place} />
      <ConnectionBanner />
      {refusal === null ? (
        <ErrorBoundary key={`${project} ${token} ${place.path.join('/')}`}>{pageAt(place)}</ErrorBoundary>
      ) : (
        <SignIn refusal={refusal} />
      )}
    </>
  );
}

/** A button, since the fragment holds the place. */
function skipToMain(): void {
  document.getElementById('main')?.focus();
}
