import { beforeAll } from 'vitest';
import { synthesize, type Templates } from './synthesize.ts';
import { apiTests } from './templates/api.ts';
import { computeTests } from './templates/compute.ts';
import { observabilityTests } from './templates/observability.ts';
import { roleTests } from './templates/roles.ts';
import { storageTests } from './templates/storage.ts';

/** One synthesis for all: it takes seconds. */
let gpu: Templates;
let cpu: Templates;

beforeAll(() => {
  const context = { dashboardOrigins: 'https://faces.example.org', alarmEmail: 'ops@example.org' };
  gpu = synthesize(context);
  cpu = synthesize({ ...context, compute: 'cpu' });
}, 60_000);

storageTests(() => gpu);
computeTests(
  () => gpu,
  () => cpu,
);
apiTests(() => gpu);
observabilityTests(() => gpu);
roleTests(() => gpu);
