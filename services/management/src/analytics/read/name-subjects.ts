import { queryBuilder } from '@protectmyapi/service-kit/postgres/query-builder'
import { namesOf } from '../../access-log/read/read-access-log.js'
import { type Read, readBuilt } from '../../db/read.js'
import type { SubjectKind } from '../unusual/flag.js'

/** What a service, app or secret is called, or was when it was deleted. */
export interface SubjectName {
  readonly slug: string | null
  readonly name: string
}

export type SubjectNames = ReadonlyMap<string, SubjectName>

/** Names by id. An id that is no such thing's has none. */
export function nameSubjects(
  read: Read,
  organizationId: string,
  kind: SubjectKind,
  ids: readonly string[],
): Promise<SubjectNames> {
  if (kind === 'secret') return secretNames(read, organizationId, ids)
  return namesOf(read, kind === 'app' ? 'apps' : 'services', organizationId, ids)
}

async function secretNames(read: Read, organizationId: string, ids: readonly string[]): Promise<SubjectNames> {
  const asked = queryBuilder('secrets')
    .where('organization_id', organizationId)
    .whereIn('id', [...new Set(ids)])
  const rows = await readBuilt<{ id: string; name: string }>(read, asked.select('id', 'name'))
  return new Map(rows.map(({ id, name }) => [id, { slug: null, name }]))
}
