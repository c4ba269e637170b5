import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import pg from 'pg'
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams'
import { migrationsOf, partitionStatement, tablesOf } from './dump-database.js'
import type { DumpHead } from './dump-format.js'
import { readDump } from './read-dump.js'

/**
 * Replaces the contents of the tables with the rows of a dump.
 *
 * @param client in a transaction, as the role that owns the schema; nothing takes effect before its commit.
 * @throws Error where the schema differs from the one that the rows were dumped from.
 */
export async function loadDump(client: pg.Client, script: AsyncIterable<Buffer>): Promise<void> {
  const known = new Map((await tablesOf(client)).map((table) => [table.name, new Set(table.columns)]))
  const names = [...known.keys()].map((name) => pg.escapeIdentifier(name)).join(', ')
  const migrations = await migrationsOf(client)
  let copy: CopyStreamQuery | undefined
  const { sequences } = await readDump(script, {
    async head(head) {
      refuseOther(head, migrations)
      await client.query(`TRUNCATE ${names}`)
      for (const day of head.days) await client.query(partitionStatement(day))
    },
    async table({ name, columns }) {
      const there = known.get(name)
      const stranger = there === undefined ? name : columns.find((column) => !there.has(column))
      if (stranger !== undefined)
        throw new Error(`${name} of the backup does not fit the schema: ${stranger} is unknown`)
      const list = columns.map((column) => pg.escapeIdentifier(column)).join(', ')
      copy = client.query(copyFrom(`COPY ${pg.escapeIdentifier(name)} (${list}) FROM STDIN`))
      // `finished` reports the same error.
      copy.on('error', () => undefined)
    },
    async rows(lines) {
      if (copy?.write(lines) === false) await once(copy, 'drain')
    },
    async endOfTable() {
      if (copy === undefined) return
      const done = finished(copy)
      copy.end()
      await done
    },
  })
  for (const [name, value] of Object.entries(sequences))
    await client.query('SELECT setval(to_regclass($1), $2)', [`public.${name}`, value])
}

/**
 * Rows are not adapted from one schema to another here: restoring with the release that wrote them and then upgrading
 * does that by its migrations.
 */
function refuseOther({ part, migrations }: DumpHead, here: readonly string[]): void {
  if (migrations.join() === here.join()) return
  const newer = migrations.find((name) => !here.includes(name))
  throw new Error(
    newer === undefined
      ? `The backup of ${part} is of an earlier release (it lacks ${here.find((name) => !migrations.includes(name))}): ` +
          'restore it with that release, then upgrade.'
      : `The backup of ${part} is of a later release (it has ${newer}): restore it with that one.`,
  )
}
