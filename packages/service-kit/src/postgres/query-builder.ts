import knexModule, { type Knex } from 'knex'

/** Builds queries that another connection runs; it has none of its own. */
export const queryBuilder: Knex = knexModule.knex({ client: 'pg' })
