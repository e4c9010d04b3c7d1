/** Starts a training run, or a sweep over it. */
import { useMemo, useState } from 'preact/hooks';
import { Recipes, StartTraining as StartOne, StartSweep } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { session } from '../api/session.ts';
import { accepted, useAction } from '../api/useAction.ts';
import { useQuery } from '../api/useQuery.ts';
import { go, linkTo } from '../app/location.ts';
import { Failure, Loading } from '../ui/States.tsx';
import { parseGrid } from './grid.ts';
import type { JsonSchema } from './jsonSchema.ts';
import { RecipeForm } from './RecipeForm.tsx';
import { fieldsOf, NOTHING_CHANGED, overridesOf, withVariant } from './recipeDraft.ts';

export function StartTraining({ onCancel }: { readonly onCancel: () => void }) {
  const { data, error, loading, refetch } = useQuery(Recipes, {});
  const [name, setName] = useState('nose');
  if (loading) return <Loading what="recipes" />;
  const recipe = data?.recipes.find((one) => one.name === name) ?? data?.recipes[0];
  if (!recipe) return <Failure error={error} retry={refetch} />;
  return (
    <>
      <label>
        Recipe
        <select value={recipe.name} onChange={(event) => setName(event.currentTarget.value)}>
          {data!.recipes.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name}: {one.description}
            </option>
          ))}
        </select>
      </label>
      <RecipeStart key={recipe.name} recipe={recipe} onCancel={onCancel} />
    </>
  );
}

interface RecipeStartProps {
  readonly recipe: { readonly name: string; readonly value: unknown; readonly schema: unknown };
  readonly onCancel: () => void;
}

function RecipeStart({ recipe, onCancel }: RecipeStartProps) {
  const source = { value: recipe.value, schema: recipe.schema as JsonSchema };
  const [draft, setDraft] = useState(NOTHING_CHANGED);
  const fields = useMemo(() => fieldsOf(source, draft), [recipe, draft.parts]);
  const [data, setData] = useState('');
  const [grid, setGrid] = useState('');
  const start = useAction(async () => {
    const { project } = session.get();
    const overrides = overridesOf(source, draft);
    const sets = data
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
    const common = { project, recipe: recipe.name, data: sets, idempotencyKey: crypto.randomUUID() };
    if (grid.trim() === '') {
      const { training } = accepted((await request(StartOne, { input: { ...common, overrides } })).startTraining);
      return go(linkTo(['training', training.id]));
    }
    const fixed = Object.fromEntries(Object.entries(overrides).map(([field, value]) => [field, [value]]));
    const input = { ...common, grid: { ...fixed, ...parseGrid(grid) } };
    go(linkTo(['sweeps', accepted((await request(StartSweep, { input })).startSweep).sweep.id]));
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.start();
      }}
    >
      <label>
        Data sets, with commas between; none: the synthetic set
        <input
          value={data}
          placeholder="NAME@VERSION or a folder that the trainer sees"
          onInput={(event) => setData(event.currentTarget.value)}
        />
      </label>
      <RecipeForm
        fields={fields}
        typed={draft.typed}
        onType={(path, text) => setDraft((last) => ({ ...last, typed: { ...last.typed, [path]: text } }))}
        onVariant={(part, label) => setDraft((last) => withVariant(source, last, part, label))}
      />
      <label>
        Sweep: fields and the values to try, a field a line; none: one run
        <textarea
          rows={2}
          value={grid}
          placeholder="architecture.kernel=3,5,7"
          onInput={(event) => setGrid(event.currentTarget.value)}
        />
      </label>
      <p class="toolbar">
        <button type="submit" class="primary" disabled={start.busy}>
          {grid.trim() === '' ? 'Start' : 'Start the sweep'}
        </button>
        <button type="button" onClick={onCancel}>
          Close
        </button>
      </p>
      <Failure error={start.error} />
    </form>
  );
}
