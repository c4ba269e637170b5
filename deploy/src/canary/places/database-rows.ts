import pg from 'pg'
import type { Place } from './place.js'

const LIMITS = {
  /** Rows that are joined into one text. */
  rowsMax: 200,
} as const

/** Every row of every table of a database, as Postgres prints it as JSON; bytes are in hex. */
export function databaseRows(name: string, url: string): Place {
  return {
    name,
    async read(visit) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        const { rows: tables } = await client.query<{ name: string }>(
          `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
        )
        for (const table of tables) {
          const { rows } = await client.query<{ line: string }>(`SELECT to_jsonb(t)::text AS line FROM ${table.name} t`)
          for (let at = 0; at < rows.length; at += LIMITS.rowsMax) {
            const lines = rows.slice(at, at + LIMITS.rowsMax).map(({ line }) => line)
            visit(Buffer.from(lines.join('\n')))
          }
        }
      } finally {
        await client.end()
      }
    },
  }
}
