/** Scores shards; the images themselves are read in a child process of its own. */
import { RunRecords } from '../../scoring/runRecords.ts';
import { runScorer } from '../../scoring/worker/loop.ts';
import { createChildScorer } from '../childScorer.ts';
import { letGo, processConfig, sayReady, stopSignal } from './lifecycle.ts';
import { openStack, processConfigSchema } from './stackProcess.ts';

const config = await processConfig((value) => processConfigSchema.parse(value));
const signal = stopSignal();
const { storage, catalog, ...parts } = await openStack(config, 'scorer');
const scorer = createChildScorer(catalog, { log: parts.log });
sayReady();
await runScorer({ ...parts, scorer, runs: new RunRecords(parts.stores.results) }, { signal });
await scorer.close();
await storage.close();
letGo();
