/** A training run as a page: what it was, how it went, what it can do, where it fails and what goes with that. */
import type { Metrics } from '../../domain/metrics/index.ts';
import type { ModelCard } from '../../domain/modelCard.ts';
import { metricsOfFaces } from '../check/figures.ts';
import { renderSvg } from '../figures/render.ts';
import { cedCurves, errorAgainstYaw, errorByKeypoint, lossCurves } from '../figures/specs/index.ts';
import type { TrainingEpoch, TrainingView } from '../ledger/index.ts';
import { bestAndWorst, type CaptionedPicture, facePicture } from './facePictures.ts';
import {
  chart,
  charts,
  type Html,
  image,
  page,
  paragraph,
  pictures,
  preformatted,
  type Section,
  tableOf,
} from './page.ts';
import { associations } from './reasons.ts';
import type { ReportedFace } from './testFaces.ts';
import { errorByYaw } from './yaw.ts';

export interface ReportFacts {
  readonly view: TrainingView;
  readonly epochs: readonly TrainingEpoch[];
  /** Null until its model is registered. */
  readonly card: ModelCard | null;
  /** PNG by name, as the run wrote them. */
  readonly figures: ReadonlyMap<string, Buffer>;
  /** Or why there are none. */
  readonly tested: readonly ReportedFace[] | { readonly missing: string };
  /** Null where none were given. */
  readonly own: readonly CaptionedPicture[] | null;
  /** Beside one's own: a masked face and a photographed screen, which are made, since no such photo may ship. */
  readonly made: readonly CaptionedPicture[];
}

const SHOWN_EACH = 8;

const MADE_NOTE =
  'No photo of a masked person or of a screen that may be shown came with the project, so these are made from a face that it renders, free of any licence; its points are known. Prediction green, true points orange.';

export async function reportPage(facts: ReportFacts): Promise<string> {
  const { view, card, tested } = facts;
  const { job, status, done } = view;
  const sections = [
    runSection(facts),
    await lossSection(facts),
    ...(card && 'length' in tested ? await testSections(card, tested) : []),
    ...('missing' in tested ? [{ title: 'Test faces', body: paragraph(tested.missing) }] : []),
    ...figureSections(facts),
    ...(facts.own ? [{ title: 'Own photos', body: pictures(facts.own, 'photos') }] : []),
    ...(facts.made.length > 0
      ? [{ title: 'A mask and a screen, made', body: paragraph(MADE_NOTE) + pictures(facts.made, 'photos') }]
      : []),
    recipeSection(view),
  ];
  const lead = `${status.toLowerCase()}${done?.error ? `: ${done.error.code}: ${done.error.message}` : ''}`;
  return page(`${job.recipe}: training run ${job.training}`, lead, sections);
}

function runSection({ view: { job, started, done }, card, epochs }: ReportFacts): Section {
  const rows: (string | number)[][] = [
    ['started by', `${job.startedBy}, ${started?.startedAt ?? job.createdAt}`],
    ['backend', started?.backend ?? '-'],
    ['code version', started?.codeVersion ?? '-'],
    ['data', started?.data.map(({ name, images }) => `${name}: ${images} images`).join('; ') || '-'],
    ['faces', started ? `${started.faces.train} train, ${started.faces.val} val, ${started.faces.test} test` : '-'],
    ['epochs', `${epochs.length} of ${started?.epochs ?? '-'}${done ? `, ${Math.round(done.seconds)} s` : ''}`],
  ];
  if (card) {
    rows.push(
      ['model', `${card.name}@${card.version}, ${(card.bytes / 1e6).toFixed(2)} MB, sha256 ${card.sha256}`],
      ['export', card.parityError === null ? '-' : `within ${card.parityError.toExponential(1)} of the crop`],
      ['licence', card.licenceNote],
      ...(card.pretraining ? [['pretraining', card.pretraining]] : []),
    );
  }
  const errors = (['train', 'test'] as const).flatMap((part) => {
    const found = done?.[part];
    return found ? [[part, found.loss.toExponential(3), found.maePx?.toFixed(2) ?? '-', percent(found.nme)]] : [];
  });
  const table = errors.length > 0 ? tableOf([['', 'loss', 'MAE, px', 'NME'], ...errors], true) : '';
  return { title: 'The run', body: tableOf(rows) + table };
}

async function lossSection({ view, epochs }: ReportFacts): Promise<Section> {
  if (epochs.length === 0) return { title: 'Loss', body: paragraph('No epoch has ended yet.') };
  const heldOut = (view.started?.faces.val ?? 0) > 0 ? 'val' : 'test';
  const points = epochs.map(({ epoch, train, test }) => ({ epoch, train: train.loss, heldOut: test.loss }));
  const loss = view.started?.recipe.loss as { name?: string } | undefined;
  const note =
    loss?.name === 'mse'
      ? ''
      : paragraph(`Train: ${loss?.name ?? 'the loss of the recipe'}; ${heldOut}: mean squared error in crop units.`);
  const svg = await renderSvg(lossCurves(points, { title: 'loss by epoch', heldOut }));
  return { title: 'Loss', body: charts([chart(svg, 'loss', `Loss of train and ${heldOut} by epoch`)]) + note };
}

async function testSections(card: ModelCard, faces: readonly ReportedFace[]): Promise<Section[]> {
  const all = faces.map(({ evidence }) => evidence);
  const { best, worst } = bestAndWorst(faces, SHOWN_EACH);
  const draw = (shown: readonly ReportedFace[]) => Promise.all(shown.map((face) => facePicture(face, all, card)));
  return [
    { title: 'Errors on the test faces', body: await errorCharts(card, faces) },
    { title: 'What goes with large errors', body: associationTable(faces) },
    { title: 'Worst predictions', body: LEGEND + pictures(await draw(worst), 'faces') },
    { title: 'Best predictions', body: LEGEND + pictures(await draw(best), 'faces') },
  ];
}

const LEGEND = paragraph(
  'Prediction green, label orange. Captions give what was measured; a value beyond nine tenths of the set is named first.',
);

async function errorCharts(card: ModelCard, faces: readonly ReportedFace[]): Promise<Html> {
  const metrics = metricsOf(card, faces);
  const shown: Html[] = [];
  if (metrics.ced.length > 0) {
    const svg = await renderSvg(cedCurves([{ label: 'test', ced: metrics.ced }], { title: 'cumulative errors' }));
    shown.push(chart(svg, 'ced', 'Share of faces at or below an error'));
  }
  if (card.points > 1) {
    const svg = await renderSvg(errorByKeypoint(metrics.perKeypoint, { title: 'error by keypoint' }));
    shown.push(chart(svg, 'keypoints', 'Mean absolute error of each keypoint'));
  }
  const yaws = yawErrors(faces);
  if (yaws.points.length > 1) {
    const spec = errorAgainstYaw(yaws.points, { title: 'error against yaw', yTitle: yaws.unit });
    shown.push(
      chart(await renderSvg(spec), 'yaw', 'Error of each face against its yaw, with means of each 10 degrees'),
    );
  }
  const byYaw = yaws.points.length > 1 ? yawTable(yaws) : '';
  return metricsTable(metrics) + charts(shown) + byYaw + paragraph(YAW_NOTE);
}

const YAW_NOTE =
  'Yaw is estimated from the labels: atan(0.75 x offset of the tip of the nose from the middle of the outer eye corners, along their line, over half their distance); for imm58, whose labels have its base only, the factor is 1.65. Positive: the subject looks to its left.';

function yawErrors(faces: readonly ReportedFace[]) {
  const inNme = faces.some(({ nme }) => nme !== null);
  const points = faces.flatMap(({ evidence: { yaw }, nme, maePx }) => {
    const error = inNme ? (nme === null ? null : nme * 100) : maePx;
    return yaw === null || error === null ? [] : [{ yaw, error }];
  });
  return { points, unit: inNme ? 'NME, %' : 'MAE, pixels' };
}

function yawTable({ points, unit }: ReturnType<typeof yawErrors>): Html {
  const rows = errorByYaw(points).map(({ from, faces, meanError }, i, bins) => [
    i === bins.length - 1 ? `${from}° and more` : `${from}° to ${from + 10}°`,
    faces,
    meanError.toFixed(2),
  ]);
  return tableOf([['turned by', 'faces', `mean error (${unit})`], ...rows], true);
}

function metricsOf({ layout, points }: ModelCard, faces: readonly ReportedFace[]): Metrics {
  return metricsOfFaces(faces, layout, points);
}

function metricsTable({ n, missed, maePx, nme, aucAt8, failureRateAt10, groups }: Metrics): Html {
  const rows: (string | number)[][] = [
    ['set', 'faces', 'missed', 'MAE, px', 'NME'],
    ['all', n, missed, maePx?.toFixed(2) ?? '-', percent(nme.interOcular ?? null)],
    ...groups.map((group) => [group.group, group.n, group.missed, group.maePx?.toFixed(2) ?? '-', percent(group.nme)]),
  ];
  const curve = paragraph(
    `AUC to 8 %: ${aucAt8?.toFixed(3) ?? '-'}; failure rate above 10 %: ${percent(failureRateAt10)}.`,
  );
  return tableOf(rows, true) + curve;
}

function associationTable(faces: readonly ReportedFace[]): Html {
  const answered = faces.flatMap(({ evidence, nme, maePx }) => {
    const error = nme ?? maePx;
    return error === null ? [] : [{ evidence, error }];
  });
  const rows = associations(answered).map(({ name, faces: count, correlation }) => [
    name,
    count,
    correlation === null ? 'does not vary' : correlation.toFixed(2),
  ]);
  const note =
    'Rank correlation (Spearman) of each measure with the error: 0 is none, 1 perfect. It goes with the error; it need not cause it.';
  return tableOf([['measure', 'faces', 'correlation'], ...rows], true) + paragraph(note);
}

const PICTURES = [
  ['samples.png', 'Annotated samples'],
  ['augmented.png', 'Augmented samples, as the network saw them'],
  ['kernels.png', 'Kernels of the first layer'],
] as const;

function figureSections({ figures }: ReportFacts): Section[] {
  return PICTURES.map(([file, title]) => {
    const png = figures.get(file);
    return { title, body: png ? image(png, 'image/png', title) : paragraph('The run has not written this figure.') };
  });
}

function recipeSection({ started, job }: TrainingView): Section {
  const recipe = started?.recipe ?? { name: job.recipe, overrides: job.overrides };
  return { title: 'The recipe as it ran', body: preformatted(JSON.stringify(recipe, null, 2)) };
}

function percent(share: number | null): string {
  return share === null ? '-' : `${(share * 100).toFixed(2)} %`;
}
