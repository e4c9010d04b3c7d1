/** The schema: an entity a file. */
import './run.ts';
import './prediction.ts';
import './metrics.ts';
import './batch.ts';
import './model.ts';
import './training.ts';
import './sweep.ts';
import './live.ts';
import './runOperations.ts';
import './compare.ts';
import './access.ts';
import { builder } from '../builder.ts';

export const schema = builder.toSchema();
