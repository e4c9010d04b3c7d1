/** What a deployment costs: at rest, and for a million images. Arithmetic only; counts and prices are given. */
import { z } from 'zod';

const price = z.number().nonnegative();
const machine = z.object({ type: z.string(), onDemand: price, spot: price, managedFee: price, diskGb: price });

export const pricesSchema = z.object({
  region: z.string(),
  date: z.iso.date(),
  note: z.string(),
  hoursAMonth: price,
  s3: z.object({ putThousand: price, getThousand: price, gbMonth: price }),
  sqsMillion: price,
  lambda: z.object({ requestsMillion: price, gbSecond: price }),
  apiGatewayMillion: price,
  interfaceEndpointZoneHour: price,
  publicAddressHour: price,
  ebsGbMonth: price,
  ecrGbMonth: price,
  cloudWatch: z.object({ alarmMetricMonth: price, customMetricMonth: price, dashboardMonth: price, logGb: price }),
  machineHour: z.object({ gpu: machine, cpu: machine }),
});
export type Prices = z.infer<typeof pricesSchema>;

export interface Line {
  readonly what: string;
  readonly amount: string;
  readonly usd: number;
}

export interface AtRest {
  readonly zones: number;
  /** Metrics in all alarms: an alarm on an expression is paid by the metric. */
  readonly alarmMetrics: number;
  readonly customMetrics: number;
  /** Container images kept in ECR, GB compressed. */
  readonly imagesGb: number;
  /** GB of uploads, results and models. */
  readonly storedGb: number;
}

export function atRest(prices: Prices, { zones, alarmMetrics, customMetrics, imagesGb, storedGb }: AtRest): Line[] {
  const { hoursAMonth, cloudWatch } = prices;
  return [
    {
      what: 'SQS endpoint of the VPC',
      amount: `${zones} zones`,
      usd: zones * hoursAMonth * prices.interfaceEndpointZoneHour,
    },
    { what: 'CloudWatch alarms', amount: `${alarmMetrics} metrics`, usd: alarmMetrics * cloudWatch.alarmMetricMonth },
    {
      what: 'CloudWatch custom metrics',
      amount: `${customMetrics}`,
      usd: customMetrics * cloudWatch.customMetricMonth,
    },
    { what: 'CloudWatch dashboard', amount: '1', usd: cloudWatch.dashboardMonth },
    { what: 'Container images in ECR', amount: `${imagesGb} GB`, usd: imagesGb * prices.ecrGbMonth },
    { what: 'Stored in S3', amount: `${storedGb} GB`, usd: storedGb * prices.s3.gbMonth },
  ];
}

export interface Million {
  readonly compute: 'gpu' | 'cpu';
  readonly spot: boolean;
  readonly images: number;
  readonly shards: number;
  /** Machine hours, starting and falling asleep included. */
  readonly workerHours: number;
  readonly meanImageBytes: number;
  readonly planGbSeconds: number;
  /** Besides reading the images: at most ten a shard. */
  readonly putsAShard: number;
  readonly getsAShard: number;
}

export function forImages(prices: Prices, load: Million): Line[] {
  const { images, shards, workerHours, compute } = load;
  const machineHour = prices.machineHour[compute];
  const disk = (machineHour.diskGb * prices.ebsGbMonth) / prices.hoursAMonth;
  const hour =
    (load.spot ? machineHour.spot : machineHour.onDemand) + machineHour.managedFee + prices.publicAddressHour + disk;
  const puts = images + shards * (load.putsAShard + 1) + Math.ceil(images / 1000); // uploads, shards and their plans, listing
  const gets = images + shards * load.getsAShard;
  const storedGb = (images * load.meanImageBytes) / 1e9;
  const messages = shards * 3 + workerHours * 3600 * 0.05 * 3; // send, receive, delete; and a long poll of 20 s in each of three slots
  return [
    {
      what: `${machineHour.type}, ${load.spot ? 'spot' : 'on demand'}`,
      amount: `${workerHours.toFixed(1)} h`,
      usd: workerHours * hour,
    },
    { what: 'S3 writes and listings', amount: `${puts}`, usd: (puts / 1000) * prices.s3.putThousand },
    { what: 'S3 reads', amount: `${gets}`, usd: (gets / 1000) * prices.s3.getThousand },
    {
      what: 'S3 storage of the images, a month',
      amount: `${storedGb.toFixed(0)} GB`,
      usd: storedGb * prices.s3.gbMonth,
    },
    { what: 'SQS requests', amount: `${Math.round(messages)}`, usd: (messages / 1e6) * prices.sqsMillion },
    {
      what: 'Lambda (planning)',
      amount: `${load.planGbSeconds} GB s`,
      usd: load.planGbSeconds * prices.lambda.gbSecond,
    },
  ];
}

export function total(lines: readonly Line[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}

export function markdown(title: string, lines: readonly Line[]): string {
  const rows = lines.map(({ what, amount, usd }) => `| ${what} | ${amount} | ${usd.toFixed(2)} |`);
  return [
    `| ${title} | amount | USD |`,
    '|---|---|---|',
    ...rows,
    `| **together** | | **${total(lines).toFixed(2)}** |`,
  ].join('\n');
}
