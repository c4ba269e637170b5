import { queryBuilder } from '@protectmyapi/service-kit/postgres/query-builder'
import { z } from 'zod'
import { type Read, readBuilt } from '../../db/read.js'
import { blankWhereWrong, NAMED, TEXT } from './blank-where-wrong.js'
import { AT_MS, type LogPage, newestFirst } from './newest-first.js'

/** One grant to an internal service. */
export interface LoggedGrant {
  readonly requestId: string
  readonly at: Date
  readonly atMs: number
  readonly entry: z.output<typeof GrantEntry>
}

/** In the shape that the directory writes (directory/resolve/record-grant.ts). */
const GrantEntry = blankWhereWrong(
  z.object({
    internalService: blankWhereWrong(z.object({ id: TEXT, name: TEXT, spiffeId: TEXT })),
    secrets: NAMED,
  }),
)

interface GrantRecord {
  readonly request_id: string
  readonly at: Date
  readonly at_ms: number
  readonly entry: unknown
}

/** Grants to an organization's internal services, newest first. */
export async function readGrants(read: Read, organizationId: string, page: LogPage): Promise<LoggedGrant[]> {
  const granted = queryBuilder('access_log').where({ organization_id: organizationId, kind: 'granted' })
  const asked = newestFirst(granted, page).select('request_id', 'at', 'entry', queryBuilder.raw(AT_MS))
  const rows = await readBuilt<GrantRecord>(read, asked)
  return rows.map((row) => ({
    requestId: row.request_id,
    at: row.at,
    atMs: Math.round(row.at_ms),
    entry: GrantEntry.parse(row.entry),
  }))
}
