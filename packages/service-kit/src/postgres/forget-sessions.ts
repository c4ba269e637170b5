import type { Knex } from './postgres.js'

/** A connection, as Knex holds it. */
interface Session {
  query(sql: string): Promise<unknown>
  /** Knex gives such a one to nobody, and ends it. */
  __knex__disposed?: unknown
}

interface Client {
  releaseConnection(session: Session): Promise<void>
}

/**
 * Whatever a statement leaves in a session ends with it: settings, roles, tables of the session. Who can write to the
 * database has code of theirs run in ours (a trigger, a default, a view in a table's place), and what that sets would decide what
 * the next who is given the session finds. Nobody waits for it; a session that does not forget is ended.
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
