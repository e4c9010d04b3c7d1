/** What of runs on LocalStack has to be the same whatever happened on the way. */
import { resultKeys } from '../../domain/keys.ts';
import { listAll } from '../../scoring/objects.ts';
import type { ObjectStore } from '../../storage/ports.ts';
import { PROJECT } from '../scoring/world.ts';

/**
 * Keys and bodies of a run, its name, its commit's and its attempts left out, so that runs of one batch can be compared.
 * Plans apart: attempts that lost may be left there.
 */
export async function runLedger(results: ObjectStore, run: string, commit: string): Promise<Record<string, string>> {
  const prefix = resultKeys.run(PROJECT, run);
  const anonymous = (text: string) =>
    text
      .replaceAll(run, 'RUN')
      .replaceAll(`"commit":"${commit}"`, '"commit":"COMMIT"')
      .replaceAll(/"attempt":"\w+"/g, '"attempt":"ATTEMPT"');
  const ledger: Record<string, string> = {};
  for await (const { key } of listAll(results, prefix)) {
    if (key.includes('/plans/')) continue;
    ledger[anonymous(key)] = anonymous((await results.get(key)).body.toString('utf8'));
  }
  return ledger;
}
