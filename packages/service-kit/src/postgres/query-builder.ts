import knexModule, { type Knex } from 'knex'

/** For queries that somebody else runs: it has no connection. */
export const queryBuilder: Knex = knexModule.knex({ client: 'pg' })
