/** Starts the dashboard. */
import './styles/index.css';
import { render } from 'preact';
import { openSession } from './api/session.ts';
import { App } from './app/App.tsx';
import { openTheme } from './app/theme.ts';

openTheme();
openSession(window);
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#token=')) openSession(window);
});
render(<App />, document.getElementById('app')!);
