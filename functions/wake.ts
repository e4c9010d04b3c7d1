/**
 * Wakes workers: raises the desired count of an ECS service from zero. The scaling rules would do it late (an idle queue
 * sends no figures for up to fifteen minutes) and without knowing how many images there are.
 */
import { DescribeServicesCommand, type ECSClient, UpdateServiceCommand } from '@aws-sdk/client-ecs';
import { FiducialError } from '../domain/errors.ts';
import type { Log } from '../scoring/ports.ts';

export interface WakeableService {
  readonly cluster: string;
  readonly service: string;
  readonly max: number;
}

/** The commands that are sent, so that a test can stand in for ECS. */
export type EcsCommands = Pick<ECSClient, 'send'>;

/** Raises the count to what is wanted, at most to the service's limit; never lowers it. Gives the count. */
export async function wake(ecs: EcsCommands, target: WakeableService, wanted: number, log: Log): Promise<number> {
  const { cluster, service, max } = target;
  const desired = await desiredCount(ecs, target);
  const count = Math.min(max, Math.max(1, Math.ceil(wanted)));
  if (desired >= count) return desired;
  await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: count }));
  log.info({ service, from: desired, to: count }, 'workers woken');
  return count;
}

/** Sets the count to zero. Workers that are busy are protected, and finish first. */
export async function putToSleep(ecs: EcsCommands, target: WakeableService, log: Log): Promise<boolean> {
  const { cluster, service } = target;
  const desired = await desiredCount(ecs, target);
  if (desired === 0) return false;
  await ecs.send(new UpdateServiceCommand({ cluster, service, desiredCount: 0 }));
  log.info({ service, from: desired }, 'workers put to sleep: their queue is empty');
  return true;
}

async function desiredCount(ecs: EcsCommands, { cluster, service }: WakeableService): Promise<number> {
  const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  const desired = services?.[0]?.desiredCount;
  if (desired !== undefined) return desired;
  throw new FiducialError('NOT_FOUND', `Expected a service ${service} in the cluster ${cluster}, got none`);
}
