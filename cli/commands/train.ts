/** `fiducial train RECIPE` and `fiducial sweep RECIPE`: here and now, in the data folder's ledger. */
import { type Command, Option } from 'commander';
import { BACKEND_NAMES } from '../../training/backends/types.ts';
import { parseAssignment, RECIPES, recipeNamed } from '../../training/recipes/index.ts';
import type { CliContext } from '../context.ts';
import { sweep } from '../sweep.ts';
import { type TrainFlags, trainOnce } from '../trainOnce.ts';

export function addTrainCommands(program: Command, context: CliContext): void {
  const backend = () =>
    new Option('--backend <name>', 'what computes; default: the best there is').choices([...BACKEND_NAMES]);
  program
    .command('train')
    .description(`train a recipe (${Object.keys(RECIPES).join(', ')}) and register its model`)
    .argument('<recipe>')
    .option('--data <dir,...>', 'data sets; without, rendered faces', list, [])
    .option('--set <key=value>', 'override a field of the recipe; may be repeated', collect, [])
    .option('--resume <training>', 'go on with a training run that was stopped, or that found no space')
    .addOption(backend())
    .option('--model <name>', 'name of the model; default: the recipe')
    .option('--data-folder <dir>', 'folder of the embedded stack; default: .fiducial')
    .option('--figures <dir>', 'where figures are written; default: DATA-FOLDER/figures/TRAINING')
    .action((recipe: string, flags: TrainFlags) => train(recipe, flags, context));
  program
    .command('sweep')
    .description('train a recipe once for each combination of a grid')
    .argument('<recipe>')
    .option('--data <dir,...>', 'data sets; without, rendered faces', list, [])
    .option('--grid <key=a,b,c>', 'values of a field; may be repeated; default: the sweep of the recipe', collect, [])
    .option('--set <key=value>', 'override a field of the recipe; may be repeated', collect, [])
    .addOption(backend())
    .option('--data-folder <dir>', 'folder of the embedded stack; default: .fiducial')
    .option('--figures <dir>', 'where figures are written')
    .action((recipe: string, flags: TrainFlags) => sweep(recipe, flags, context));
}

function list(text: string): string[] {
  return text.split(',').filter((one) => one !== '');
}

function collect(text: string, before: string[]): string[] {
  return [...before, text];
}

async function train(recipe: string, flags: TrainFlags, context: CliContext): Promise<void> {
  recipeNamed(recipe);
  const overrides = Object.fromEntries(flags.set.map(parseAssignment));
  const result = await trainOnce(recipe, overrides, flags, context);
  context.output.result(result.json, result.text);
}
