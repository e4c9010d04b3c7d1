/** The schema: an entity a file, and what is done to it in another where that is much. */
import './run.ts';
import './prediction.ts';
import './metrics.ts';
import './batch.ts';
import './upload.ts';
import './batchOperations.ts';
import './modelVersion.ts';
import './model.ts';
import './promotion.ts';
import './recipe.ts';
import './training.ts';
import './trainingOperations.ts';
import './sweep.ts';
import './live.ts';
import './runOperations.ts';
import './compare.ts';
import './access.ts';
import { builder } from '../builder.ts';

export const schema = builder.toSchema();
