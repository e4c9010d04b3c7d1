import { beforeAll } from 'vitest';
import { synthesize, type Templates } from './synthesize.ts';
import { apiTests } from './templates/api.ts';
import { computeTests } from './templates/compute.ts';
import { environmentTests } from './templates/environment.ts';
import { observabilityTests } from './templates/observability.ts';
import { roleTests } from './templates/roles.ts';
import { storageTests } from './templates/storage.ts';

/** One synthesis for all: it takes seconds, and much longer on a busy machine. */
let gpu: Templates;
let cpu: Templates;

beforeAll(() => {
  const context = {
    dashboardOrigins: 'https://faces.example.org',
    alarmEmail: 'ops@example.org',
    oidcIssuer: 'https://issuer.example.org',
    oidcAudience: 'fiducial',
  };
  [gpu, cpu] = synthesize({ ...context, stage: 'dev' }, { stage: 'nogpu', compute: 'cpu' }) as [Templates, Templates];
}, 240_000);

storageTests(() => gpu);
computeTests(
  () => gpu,
  () => cpu,
);
apiTests(() => gpu);
observabilityTests(() => gpu);
roleTests(() => gpu);
environmentTests(() => gpu);
