import { readFile } from 'node:fs/promises'
import pg from 'pg'
import type { Database, Databases } from '../system/databases.js'
import type { ThreeClients } from './find-misfits.js'

/** The settings of pg_dump: text that reads the same everywhere, and no time-outs of the server. */
const SETTINGS = [
  "SET client_encoding = 'UTF8'",
  "SET DateStyle = 'ISO'",
  "SET IntervalStyle = 'postgres'",
  "SET TimeZone = 'UTC'",
  'SET extra_float_digits = 3',
  'SET statement_timeout = 0',
  'SET idle_in_transaction_session_timeout = 0',
  'SET search_path = public',
] as const

/**
 * Connects as the roles that own the schemas. The connections are always closed, and what is not committed is rolled
 * back.
 */
export async function withClients<T>(databases: Databases, work: (clients: ThreeClients) => Promise<T>): Promise<T> {
  const open: pg.Client[] = []
  const connect = async (database: Database): Promise<pg.Client> => {
    const client = await clientOf(database)
    open.push(client)
    return client
  }
  try {
    return await work({
      management: await connect(databases.management),
      vault: await connect(databases.vault),
      vault_keys: await connect(databases.vaultKeys),
    })
  } finally {
    await Promise.all(open.map((client) => client.end()))
  }
}

async function clientOf({ host, port, name, migrator }: Database): Promise<pg.Client> {
  const password = (await readFile(migrator.passwordFile, 'utf8')).trimEnd()
  const client = new pg.Client({
    host,
    port,
    database: name,
    user: migrator.user,
    password,
    application_name: 'protectmyapi-backup',
  })
  await client.connect()
  for (const setting of SETTINGS) await client.query(setting)
  return client
}

/** @throws Error where a service is connected: it would go on with state in memory that the restored databases lack. */
export async function refuseServing({ management }: ThreeClients, databases: Databases): Promise<void> {
  const roles = [databases.management, databases.vault, databases.vaultKeys].map(({ runtime }) => runtime.user)
  const { rows } = await management.query<{ usename: string }>(
    'SELECT DISTINCT usename FROM pg_stat_activity WHERE usename = ANY($1::name[])',
    [roles],
  )
  if (rows.length === 0) return
  const who = rows.map(({ usename }) => usename).join(', ')
  throw new Error(
    `ProtectMyAPI is still running: ${who} is connected to the databases. Stop management and the vault first.`,
  )
}

/** Whether the system has been set up. A database that only `migrate` has run on is not in use. */
export async function isInUse({ management, vault }: ThreeClients): Promise<boolean> {
  return (await hasRows(management, 'users')) || (await hasRows(vault, 'data_keys'))
}

async function hasRows(client: pg.Client, table: string): Promise<boolean> {
  const { rows: there } = await client.query('SELECT to_regclass($1) IS NOT NULL AS yes', [`public.${table}`])
  if (there[0]?.yes !== true) return false
  const { rows } = await client.query(`SELECT FROM ${table} LIMIT 1`)
  return rows.length > 0
}
