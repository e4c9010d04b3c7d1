/** A list of a recipe's steps, in the order in which they are taken: each with its own fields, moved and taken away. */
import { useRef } from 'preact/hooks';
import { AddStep } from './AddStep.tsx';
import { lengthsOf } from './jsonSchema.ts';
import { Fields, type RecipeFormProps } from './RecipeForm.tsx';
import type { RecipeField } from './recipeFields.ts';
import { type StepAct, StepButtons } from './StepButtons.tsx';
import { useFocus } from './useFocus.ts';

export interface StepListProps extends RecipeFormProps {
  readonly list: RecipeField;
}

export function StepList({ list, fields, ...rest }: StepListProps) {
  const box = useRef<HTMLDivElement>(null);
  const focus = useFocus(box);
  const all = (list.value as readonly unknown[]).map((_, index) => index);
  const { least, most } = lengthsOf(list.schema);
  const at = (index: number, what: string) => `li:nth-of-type(${index + 1}) ${what}`;
  const act = (index: number, what: StepAct) => {
    if (what === 'remove') {
      const left = all.filter((one) => one !== index);
      rest.edits.order(list.path, left);
      return focus(at(Math.min(index, left.length - 1), '[data-act="remove"]:enabled'), '.add select');
    }
    const to = what === 'earlier' ? index - 1 : index + 1;
    rest.edits.order(list.path, all.with(index, to).with(to, index));
    focus(at(to, `[data-act="${what}"]:enabled`), at(to, 'button:enabled'));
  };
  const add = (kind: unknown) => {
    rest.edits.add(list.path, kind);
    focus(at(all.length, 'input'), at(all.length, 'select'));
  };
  return (
    <div class="steps" ref={box}>
      {all.length === 0 && <p class="note">No steps.</p>}
      <ol>
        {all.map((index) => (
          <li key={index}>
            <fieldset>
              <legend class="sr-only">{`${list.path}, step ${index + 1}`}</legend>
              <Fields fields={fields.filter(({ path }) => path.startsWith(`${list.path}.${index}.`))} {...rest} />
              <StepButtons index={index} last={all.length - 1} fixed={all.length <= least} onAct={act} />
            </fieldset>
          </li>
        ))}
      </ol>
      {all.length < most && <AddStep kinds={list.choices} onAdd={add} />}
    </div>
  );
}
