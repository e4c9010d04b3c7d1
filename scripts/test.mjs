#!/usr/bin/env node
/** Runs every test, passes arguments on to vitest, and closes with a line of counts that machines can read. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'fiducial-test-'));
const report = join(folder, 'report.json');
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
let failed = true;
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const skipped = numPendingTests + numTodoTests;
  for (const file of testResults) {
    for (const { status: outcome, fullName } of file.assertionResults) {
      if (outcome !== 'passed' && outcome !== 'failed') console.log(`skipped: ${fullName}`);
    }
  }
  console.log(`${numPassedTests} passed, ${numFailedTests} failed${skipped ? `, ${skipped} skipped` : ''}`);
  failed = numFailedTests > 0 || numPassedTests === 0;
} catch (error) {
  console.log(`The test runner left no report: ${error.message}`);
  console.log('0 passed, 1 failed');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status !== 0 || failed ? 1 : 0;
