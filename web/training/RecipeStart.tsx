/** A recipe's form, and what starts it as one run or as a sweep. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { StartTraining as StartOne, StartSweep } from '../api/operations.generated.ts';
import { request } from '../api/request.ts';
import { session } from '../api/session.ts';
import { accepted, useAction } from '../api/useAction.ts';
import { go, linkTo } from '../app/location.ts';
import { Failure } from '../ui/States.tsx';
import { gridProblem, parseGrid } from './grid.ts';
import type { JsonSchema } from './jsonSchema.ts';
import { RecipeForm } from './RecipeForm.tsx';
import { overridesOf } from './recipeDraft.ts';
import { useDraft } from './useDraft.ts';

export interface RecipeStartProps {
  readonly recipe: { readonly name: string; readonly value: unknown; readonly schema: unknown };
  readonly onCancel: () => void;
}

export function RecipeStart({ recipe, onCancel }: RecipeStartProps) {
  const source = useMemo(() => ({ value: recipe.value, schema: recipe.schema as JsonSchema }), [recipe]);
  const form = useRef<HTMLFormElement>(null);
  const { draft, fields, problems, tellAll, ...shown } = useDraft(source);
  const [data, setData] = useState('');
  const [grid, setGrid] = useState('');
  const wrongGrid = gridProblem(grid);
  const start = useAction(async () => {
    const { project } = session.get();
    const sets = data
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean);
    const common = { project, recipe: recipe.name, data: sets, idempotencyKey: crypto.randomUUID() };
    const overrides = overridesOf(source, draft);
    if (grid.trim() === '') {
      const { training } = accepted((await request(StartOne, { input: { ...common, overrides } })).startTraining);
      return go(linkTo(['training', training.id]));
    }
    const fixed = Object.fromEntries(Object.entries(overrides).map(([field, value]) => [field, [value]]));
    const input = { ...common, grid: { ...fixed, ...parseGrid(grid) } };
    go(linkTo(['sweeps', accepted((await request(StartSweep, { input })).startSweep).sweep.id]));
  });
  const submit = (event: Event) => {
    event.preventDefault();
    if (problems.size === 0 && wrongGrid === null) return start.start();
    tellAll();
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
  };
  return (
    <form ref={form} noValidate onSubmit={submit}>
      <label>
        Data sets, with commas between; none: the synthetic set
        <input
          value={data}
          placeholder="NAME@VERSION or a folder that the trainer sees"
          onInput={(event) => setData(event.currentTarget.value)}
        />
      </label>
      <RecipeForm fields={fields} {...shown} />
      <Grid text={grid} problem={wrongGrid} onType={setGrid} />
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

interface GridProps {
  readonly text: string;
  readonly problem: string | null;
  readonly onType: (text: string) => void;
}

function Grid({ text, problem, onType }: GridProps) {
  return (
    <div class="field">
      <label>
        Sweep: fields and the values to try, a field a line; none: one run
        <textarea
          rows={2}
          value={text}
          placeholder="architecture.kernel=3,5,7"
          onInput={(event) => onType(event.currentTarget.value)}
          {...(problem === null ? {} : { 'aria-invalid': true, 'aria-describedby': 'grid-problem' })}
        />
      </label>
      {problem !== null && (
        <p class="field-problem" id="grid-problem">
          {problem}
        </p>
      )}
    </div>
  );
}
