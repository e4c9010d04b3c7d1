/** What a training run shows of itself: the errors of its epochs, and its figures. */
import { modelKeys } from '../../domain/keys.ts';
import type { PartErrors, TrainingEpoch } from '../../training/ledger/index.ts';
import { builder } from '../builder.ts';
import { connectionTypes } from '../connections.ts';

export const PartErrorsRef = builder.objectRef<PartErrors>('PartErrors').implement({
  description: 'How well the network does on a part of the data.',
  fields: (t) => ({
    loss: t.exposeFloat('loss', { description: "The recipe's loss." }),
    maePx: t.exposeFloat('maePx', { nullable: true, description: 'Mean absolute error, pixels of the images.' }),
    nme: t.exposeFloat('nme', { nullable: true, description: 'By the inter-ocular distance, a fraction.' }),
  }),
});

export const EpochRef = builder.objectRef<TrainingEpoch>('Epoch').implement({
  description: 'One pass over the training data.',
  fields: (t) => ({
    epoch: t.exposeInt('epoch', { description: 'From 1.' }),
    train: t.expose('train', { type: PartErrorsRef, description: 'On what it is trained on.' }),
    test: t.expose('test', { type: PartErrorsRef, description: 'On what it is not: see `TrainingRun.heldOut`.' }),
    learningRate: t.float({
      nullable: true,
      description: 'At its end.',
      resolve: ({ learningRate }) => learningRate ?? null,
    }),
    seconds: t.exposeFloat('seconds', { description: 'It took.' }),
    at: t.expose('at', { type: 'DateTime', description: 'When it ended.' }),
  }),
});

export const Epochs = connectionTypes(EpochRef, 'Epoch');

export const FigureRef = builder.objectRef<{ project: string; training: string; name: string }>('Figure').implement({
  description: 'A picture or table of a training run.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'loss.svg, good.png, kernels.png, ...' }),
    url: t.string({
      description: 'Gives it, for minutes.',
      resolve: ({ project, training, name }, _, { parts }) => {
        const key = `${modelKeys.trainingFigures(project, training)}${name}`;
        return parts.stores.models.signDownload(key, parts.settings.downloadSeconds);
      },
    }),
  }),
});
