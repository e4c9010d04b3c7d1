/**
 * `node cdk/deploy.ts [arguments of cdk deploy]`: says what is missing first, all of it at once, then deploys every
 * stack (or those that are named).
 */
import { spawnSync } from 'node:child_process';
import { needs } from './preflight.ts';

const missing = [];
for (const need of needs(process.env)) if (!(await need.met())) missing.push(need);

console.error(
  'fiducial: cdk deploy needs a Docker engine, AWS credentials, and an account and region that are bootstrapped',
);
console.error('          once (npx cdk bootstrap). With compute=gpu it needs GPU quota too: docs/operate.md, Before.');
if (missing.length > 0) {
  for (const { what, how } of missing) console.error(`fiducial: expected ${what}, found none: ${how}`);
  process.exit(2);
}
const args = process.argv.slice(2);
const named = args.some((arg) => arg.startsWith('fiducial-') || arg === '--all');
const { status } = spawnSync('npx', ['cdk', 'deploy', ...(named ? [] : ['--all']), ...args], { stdio: 'inherit' });
process.exit(status ?? 1);
