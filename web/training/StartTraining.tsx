/** Starts a training run, or a sweep over it. */
import { useState } from 'preact/hooks';
import { Recipes } from '../api/operations.generated.ts';
import { useQuery } from '../api/useQuery.ts';
import { Failure, Loading } from '../ui/States.tsx';
import { useFocusWhen } from '../ui/useFocusWhen.ts';
import { RecipeStart } from './RecipeStart.tsx';

export function StartTraining({ onCancel }: { readonly onCancel: () => void }) {
  const { data, error, loading, refetch } = useQuery(Recipes, {});
  const [name, setName] = useState('nose');
  const first = useFocusWhen<HTMLSelectElement>(!loading, { atOnce: true });
  if (loading) return <Loading what="recipes" />;
  const recipe = data?.recipes.find((one) => one.name === name) ?? data?.recipes[0];
  if (!recipe) return <Failure error={error} retry={refetch} />;
  return (
    <>
      <label>
        Recipe
        <select ref={first} value={recipe.name} onChange={(event) => setName(event.currentTarget.value)}>
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
