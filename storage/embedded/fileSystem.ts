import { statfs } from 'node:fs/promises';
import { FiducialError } from '../../domain/errors.ts';

/**
 * SQLite's write-ahead log shares memory between processes and trusts file locks: neither works over these.
 * Numbers of linux/magic.h and statfs(2).
 */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x73757245, 'Coda'],
  [0x564c, 'NCP'],
  [0x786f4256, 'VirtualBox shared folder'],
  [0xbacbacbc, 'VMware shared folder'],
]);

/** What kind of network file system this is, or null for a local one. `type` as statfs(2) gives it. */
export function networkFileSystem(type: number): string | null {
  return NETWORK_FILE_SYSTEMS.get(type >>> 0) ?? null;
}

/** @throws INVALID_CONFIG on a network file system. Only Linux says which it is. */
export async function assertLocalFileSystem(folder: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const kind = networkFileSystem((await statfs(folder)).type);
  if (!kind) return;
  throw new FiducialError(
    'INVALID_CONFIG',
    `Expected a data folder on a local disk, but ${folder} is on ${kind}, where locks between processes can't be trusted; name a local folder`,
  );
}
