/**
 * What a deployment is: read from the CDK context (`cdk.json`, or `-c key=value`), checked, and typed. Nothing else
 * in cdk/ reads the context.
 */
import { z } from 'zod';
import { FiducialError } from '../domain/errors.ts';

/** Turing, Ampere and Ada cards of x86 machines. "NVIDIA" alone would also admit Hopper and Arm ones. */
const GPU_FAMILIES = ['g4dn', 'g5', 'g6'] as const;
const CPU_FAMILIES = ['c6i', 'c7i', 'm6i', 'm7i'] as const;

/** `-c key=a,b` gives a string; cdk.json can hold an array. */
function list(value: unknown): unknown {
  return typeof value === 'string' ? value.split(',').filter((part) => part !== '') : value;
}

function number(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

function flag(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value;
}

const instanceType = z
  .string()
  .regex(/^[a-z0-9-]+\.([a-z0-9]+|\*)$/, 'expected an EC2 instance type, such as g4dn.xlarge or g5.*');
const origin = z
  .string()
  .regex(
    /^https:\/\/[^/*\s]+$|^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/,
    'expected https://HOST without a path, or http://localhost',
  );

const deploymentSchema = z
  .object({
    /** Part of every stack's name, so that several stages live in one account. */
    stage: z
      .string()
      .regex(/^[a-z][a-z0-9]{0,11}$/, 'expected 1 to 12 of a-z 0-9, a letter first')
      .default('dev'),
    /** `cpu` is for accounts without GPU quota: slower, the same results. */
    compute: z.enum(['gpu', 'cpu']).default('gpu'),
    instanceTypes: z.preprocess(list, z.array(instanceType).min(1).optional()),
    /** Spot machines cost about a third and may be taken back with two minutes' notice. */
    spot: z.preprocess(flag, z.boolean().default(true)),
    maxScorers: z.preprocess(number, z.int().min(1).max(100).default(4)),
    maxTrainers: z.preprocess(number, z.int().min(1).max(20).default(1)),
    /** Names of availability zones. Default: the first `zoneCount` of the region, chosen by CloudFormation. */
    zones: z.preprocess(
      list,
      z
        .array(z.string().regex(/^[a-z0-9-]+$/))
        .min(1)
        .max(3)
        .optional(),
    ),
    zoneCount: z.preprocess(number, z.int().min(1).max(3).default(2)),
    oidcIssuer: z.url({ protocol: /^https$/, error: 'expected an https:// URL' }).optional(),
    oidcAudience: z.string().min(1).optional(),
    /** Where the issuer's keys are. Default: /.well-known/jwks.json of the issuer. */
    oidcJwksUri: z.url({ protocol: /^https$/, error: 'expected an https:// URL' }).optional(),
    /** Origins besides CloudFront's own that may upload and call the API from a browser. */
    dashboardOrigins: z.preprocess(list, z.array(origin).default([])),
    /** Where alarms and budget warnings go. Without it they are only shown in CloudWatch. */
    alarmEmail: z.email().optional(),
    monthlyBudgetUsd: z.preprocess(number, z.number().positive().default(200)),
    /** What becomes of buckets and logs when a stack is deleted. */
    removalPolicy: z.enum(['retain', 'destroy']).default('retain'),
    /** Days after which uploads are deleted. Default: kept until deleted by the API. */
    uploadsExpireDays: z.preprocess(number, z.int().min(1).max(3650).optional()),
  })
  .superRefine((value, context) => {
    const families: readonly string[] = value.compute === 'gpu' ? GPU_FAMILIES : CPU_FAMILIES;
    for (const type of value.instanceTypes ?? []) {
      if (families.includes(type.split('.')[0]!)) continue;
      const message = `expected types of ${families.join(', ')} with compute=${value.compute}, got ${type}`;
      context.addIssue({ code: 'custom', path: ['instanceTypes'], message });
    }
    if ((value.oidcIssuer === undefined) !== (value.oidcAudience === undefined)) {
      const message = 'expected oidcIssuer and oidcAudience together, or neither';
      context.addIssue({ code: 'custom', path: ['oidcAudience'], message });
    }
  })
  .transform(({ instanceTypes, ...value }) => ({
    ...value,
    instanceTypes:
      instanceTypes ?? (value.compute === 'gpu' ? GPU_FAMILIES : CPU_FAMILIES).map((family) => `${family}.*`),
  }));

export type Deployment = z.infer<typeof deploymentSchema>;

/** Keys of the CDK itself, which are not ours to check. */
function isForeign(key: string): boolean {
  return key.startsWith('@') || key.includes(':') || key.startsWith('aws-cdk') || key.startsWith('cli-');
}

/**
 * Reads a deployment from the whole CDK context. Throws INVALID_CONFIG, which names each wrong key: what was expected
 * and what was got. A key that is not known is an error, so that a misspelt one is never ignored.
 */
export function readDeployment(context: Readonly<Record<string, unknown>>): Deployment {
  const own = Object.fromEntries(Object.entries(context).filter(([key]) => !isForeign(key)));
  const known = deploymentSchema.def.in.shape;
  const unknown = Object.keys(own).filter((key) => !Object.hasOwn(known, key));
  if (unknown.length > 0) {
    const keys = Object.keys(known).join(', ');
    throw new FiducialError('INVALID_CONFIG', `Expected context keys among ${keys}; got ${unknown.join(', ')}`);
  }
  const result = deploymentSchema.safeParse(own);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => {
    const key = String(issue.path[0] ?? 'context');
    return `${key}: ${issue.message}, got ${JSON.stringify(own[key]) ?? 'nothing'}`;
  });
  throw new FiducialError('INVALID_CONFIG', `CDK context: ${problems.join('; ')}`);
}
