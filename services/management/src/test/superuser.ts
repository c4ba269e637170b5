import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Break } from '../verify/verdict.js'
import type { FurnishedTrail } from './furnished-trail.js'

/** A superuser of database `management`, in a transaction, with a trail of five links, of which four are signed. */
export interface Superuser extends FurnishedTrail {
  readonly db: Knex
  /** Another organization's trail of the same kind. */
  readonly other: FurnishedTrail
  run(sql: string, ...bindings: readonly (string | number | Buffer)[]): Promise<unknown>
  link(number: number): Knex.QueryBuilder
  head(): Knex.QueryBuilder
  signed(count: number): Knex.QueryBuilder
  /** All entries of a link. */
  entries(link: number): Knex.QueryBuilder
  /** One entry of link 2. */
  entry(): Knex.QueryBuilder
  /** Sets the JSON of `entry()` to an SQL expression, in which `$` stands for the JSON as it was. */
  rewrite(expression: string): Promise<unknown>
  /** Copies an entry of link 2, with SQL expressions for the columns that change. */
  copy(changes: Readonly<Record<string, string>>): Promise<unknown>
}

export function superuser(db: Knex, trail: FurnishedTrail, other: FurnishedTrail): Superuser {
  const { chain, table, json, organizationId, batch } = trail
  const entries = (link: number) =>
    db(table)
      .where({ organization_id: organizationId })
      .where('batch', '=', db('chain_batches').where({ chain, number: link }).select('batch'))
  const entry = () =>
    db(table).whereRaw('ctid = (SELECT min(ctid) FROM ?? WHERE organization_id = ? AND batch = ?)', [
      table,
      organizationId,
      batch,
    ])
  return {
    ...trail,
    db,
    other,
    run: (sql, ...bindings) => db.raw(sql, [...bindings]),
    link: (number) => db('chain_batches').where({ chain, number }),
    head: () => db('chain_heads').where({ chain }),
    signed: (count) => db('chain_checkpoints').where({ chain, count }),
    entries,
    entry,
    rewrite: (expression) => entry().update({ [json]: db.raw(expression.replaceAll('$', json)) }),
    async copy(changes) {
      const columns = Object.keys(await entry().first())
      const values = columns.map((name) => changes[name] ?? `"${name}"`)
      await db.raw(
        `INSERT INTO ?? (${columns.map((name) => `"${name}"`)}) SELECT ${values} FROM ?? WHERE organization_id = ? AND batch = ? LIMIT 1`,
        [table, table, organizationId, batch],
      )
    },
  }
}

export type Alteration = readonly [
  what: string,
  attack: (su: Superuser) => Promise<unknown>,
  kind: Break['kind'],
  link: number | null,
]
