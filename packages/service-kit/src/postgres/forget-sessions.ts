import type { Knex } from './postgres.js'

/** A connection, as Knex holds it. */
interface Session {
  query(sql: string): Promise<unknown>
  /** Knex gives a disposed connection to nobody and ends it. */
  __knex__disposed?: unknown
}

interface Client {
  releaseConnection(session: Session): Promise<void>
}

/**
 * Clears what statements leave in a session when it returns to the pool: settings, roles, temporary tables. An attacker
 * who can write to the database can have code run within the service's statements (a trigger, a default, a view in a
 * table's place), and what this code sets could decide what the next user of the session reads. Callers do not wait for
 * this; a session that cannot be cleared is ended.
 */
export function forgetSessions(db: Knex): Knex {
  const client: Client = db.client
  const release = client.releaseConnection.bind(client)
  client.releaseConnection = async (session) => {
    if (session.__knex__disposed) return release(session)
    void session
      .query('DISCARD ALL')
      .catch((err: unknown) => {
        session.__knex__disposed = err
      })
      .then(() => release(session))
  }
  return db
}
