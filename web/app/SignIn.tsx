import { useState } from 'preact/hooks';
import { session, signIn } from '../api/session.ts';

/** Asks for a token. What the API said about the last one is told in its own words. */
export function SignIn({ refusal }: { readonly refusal: string }) {
  const [token, setToken] = useState('');
  const [project, setProject] = useState(session.get().project);
  const submit = (event: Event) => {
    event.preventDefault();
    signIn(token.trim(), project.trim() || 'default');
  };
  return (
    <main id="main" tabIndex={-1} class="narrow">
      <h1>Sign in</h1>
      <p role="alert">{refusal}</p>
      <form onSubmit={submit}>
        <label>
          Token
          <input
            type="password"
            autocomplete="off"
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <label>
          Project
          <input value={project} onInput={(event) => setProject(event.currentTarget.value)} />
        </label>
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
      <p class="note">
        <code>fiducial up</code> prints a link that signs you in. The token is kept in this tab only.
      </p>
    </main>
  );
}
