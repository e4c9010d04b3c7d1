/** Recorded in runs and training runs: which code made them. */
import manifest from '../package.json' with { type: 'json' };

export const CODE_VERSION: string = manifest.version;
