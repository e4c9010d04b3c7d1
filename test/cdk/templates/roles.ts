import { describe, expect, it } from 'vitest';
import type { Templates } from '../synthesize.ts';
import { EXPECTED_GRANTS } from './expectedGrants.ts';
import { grantsOf } from './grants.ts';

export function roleTests(templates: () => Templates): void {
  describe('roles', () => {
    it('may do exactly this, each on exactly that', () => {
      expect(grantsOf(templates())).toEqual(EXPECTED_GRANTS);
    });

    it('have no wildcard in an action, and in a resource only for keys of a bucket, tasks of a cluster, streams of a log', () => {
      for (const [role, grants] of Object.entries(grantsOf(templates()))) {
        for (const grant of grants) {
          if (grant.startsWith('managed policy ')) continue;
          const [action, resource] = grant.split(' on ') as [string, string];
          expect(action, role).not.toContain('*');
          const known = /^[A-Za-z]+\/(\*\/(training|models)\/)?\*$|^task\/Cluster\/\*$|^log\/[A-Za-z]+:\*$/;
          const ecrToken = action === 'ecr:GetAuthorizationToken' && resource === '*';
          if (resource.includes('*') && !ecrToken) expect(resource, `${role}: ${action}`).toMatch(known);
        }
      }
    });
  });
}
