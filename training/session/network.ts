/** From a recipe to the network and the options of the fit loop. */
import { LAYOUTS } from '../../domain/layouts.ts';
import type { CanvasRule } from '../data/canvas.ts';
import { type ArchitectureSpec, graphOf } from '../nn/architectures/index.ts';
import type { Graph } from '../nn/graph.ts';
import type { Recipe } from '../recipes/schema.ts';

export function architectureOf({ architecture, input, channels, target }: Recipe): ArchitectureSpec {
  const { width, height } = input;
  const grey = channels === 1;
  switch (architecture.name) {
    case 'nose': {
      const { kernel, channels: widths } = architecture;
      return { name: 'nose', width, height, grey, points: target.points, kernel, channels: widths };
    }
    case 'face58': {
      const { kernel, channels: widths, hidden } = architecture;
      return { name: 'face58', width, height, grey, points: target.points, kernel, channels: widths, hidden };
    }
    case 'resnet18':
      return { name: 'resnet18', input: width, points: target.points, hidden: architecture.hidden };
    case 'face68':
      return { name: 'face68', input: width, points: target.points, headChannels: architecture.headChannels };
  }
}

export function networkOf(recipe: Recipe): Graph {
  return graphOf(architectureOf(recipe));
}

/** Nodes that stay as they came; none where nothing came pretrained, since frozen noise would help nobody. */
export function frozenNodes(recipe: Recipe, pretrained: boolean): readonly string[] {
  const { architecture } = recipe;
  return pretrained && 'frozen' in architecture ? architecture.frozen : [];
}

/** The faces of a training set are labelled with boxes or not at all: `detect` is for scoring. */
export function canvasRuleOf(recipe: Recipe): CanvasRule {
  return recipe.crop === 'whole' ? 'whole' : 'box';
}

/** [K]: what each point becomes in the mirror image; null where the layout has no pairs. */
export function mirrorOf({ target }: Recipe): readonly number[] | null {
  return target.layout === 'points' ? null : LAYOUTS[target.layout].flip;
}
