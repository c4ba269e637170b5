import { Fault } from '@protectmyapi/service-kit/faults'
import type { Read } from '../../db/read.js'

/**
 * The id that a filter means, by id or slug. Of deleted things too, because counts outlive them; a slug means the one
 * that has it now before those that had it. @throws Fault INVALID_REQUEST.
 */
export async function filteredId(
  read: Read,
  table: 'services' | 'apps',
  organizationId: string,
  asked: string | undefined,
): Promise<string | undefined> {
  if (asked === undefined) return undefined
  const [found] = await read<{ id: string }>(
    `SELECT id FROM ${table} WHERE organization_id = ? AND (id = ? OR slug = ?)
     ORDER BY deleted_at DESC NULLS FIRST LIMIT 1`,
    [organizationId, asked, asked],
  )
  if (found) return found.id
  const [pointer, thing] = table === 'apps' ? ['app', 'app'] : ['service', 'API service']
  const detail = `Give the id or slug of an ${thing} of this organization.`
  throw new Fault('INVALID_REQUEST', `no such ${thing}`, { errors: [{ pointer, detail }] })
}
