import { z } from 'zod'
import { DATABASE_PARTS } from './backup-files.js'

/** Lines that are comments to psql. `read-dump.ts` acts on these alone: nothing from a backup is run as SQL. */
export const HEAD = '-- protectmyapi backup '
export const TABLE = '-- table '
export const END = '-- end '

const Name = z.string().regex(/^[a-z_][a-z0-9_]{0,62}$/)

export const DumpHead = z.object({
  /** The same in all parts of a backup. */
  id: z.string(),
  madeAt: z.iso.datetime(),
  part: z.enum(DATABASE_PARTS),
  /** The migrations of the schema that the rows fit. */
  migrations: z.array(z.string().regex(/^[\w.-]{1,100}$/)),
  /** Days that have a partition of the access log: `20261125`. */
  days: z.array(z.string().regex(/^\d{8}$/)),
  sequences: z.record(Name, z.string().regex(/^\d+$/)),
})
export type DumpHead = z.output<typeof DumpHead>

export const DumpTable = z.object({ name: Name, columns: z.array(Name).min(1) })
export type DumpTable = z.output<typeof DumpTable>

/** The number of rows of each table. A dump that was cut off has no such line. */
export const DumpEnd = z.record(Name, z.number().int())
