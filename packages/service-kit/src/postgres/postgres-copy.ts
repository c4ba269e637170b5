import { finished } from 'node:stream/promises'
import type { ClientBase } from 'pg'
import { from } from 'pg-copy-streams'
import type { Knex } from './postgres.js'

/**
 * Appends rows by COPY within a transaction, at half of what an INSERT costs Postgres. COPY has no ON CONFLICT: a row
 * that already exists fails the transaction (SQLSTATE 23505).
 *
 * @param into a table and its columns: `log (at, entry)`. Never derived from outside input.
 * @param lines rows in COPY's text format (PostgreSQL, COPY, Text Format), each ended by a line feed.
 * @throws what Postgres throws.
 */
export async function copyInto(trx: Knex.Transaction, into: string, lines: string): Promise<void> {
  // A transaction's client has one connection, which remains its own.
  const connection: ClientBase = await trx.client.acquireConnection()
  const copy = connection.query(from(`COPY ${into} FROM STDIN`))
  copy.end(lines)
  await finished(copy)
}

/** Escapes a text as a field of a line: tabs, line feeds and backslashes have a meaning in the format. */
export const copyField = (text: string): string =>
  SPECIAL.test(text) ? text.replaceAll(SPECIALS, (found) => ESCAPES[found] ?? '') : text

const SPECIAL = /[\\\t\n\r]/
const SPECIALS = new RegExp(SPECIAL, 'g')
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
