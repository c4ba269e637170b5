import path from 'node:path'
import pg from 'pg'
import { privateFile, randomPassword } from './local-files.js'
import { scramVerifier } from './scram-verifier.js'

/** A role and the file that holds its password. */
export interface Role {
  readonly user: string
  readonly passwordFile: string
}

export interface Database {
  readonly host: string
  readonly port: number
  readonly name: string
  /** Owns the schema. */
  readonly migrator: Role
  /** Has no DDL. */
  readonly runtime: Role
  /** The URL of a role that may do everything; for scripts and tests. */
  readonly adminUrl: string
}

export interface Databases {
  readonly management: Database
  readonly vault: Database
  readonly vaultKeys: Database
}

const NAMES = { management: 'management', vault: 'vault', vaultKeys: 'vault_keys' } as const

/**
 * Makes the three databases and their six roles where they are missing, and sets the roles' passwords to those in
 * `secretsDir`.
 *
 * @param ours whether this folder has used the server before. If not, existing databases belong to somebody else and
 * are refused.
 */
export async function prepareDatabases(
  adminUrl: string,
  prefix: string,
  secretsDir: string,
  ours: boolean,
): Promise<Databases> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    if (!ours) await refuseForeign(admin, prefix)
    const prepare = (name: string): Promise<Database> =>
      prepareDatabase(admin, adminUrl, `${prefix}${name}`, secretsDir)
    // One after the other, because CREATE DATABASE copies a template that only one session at a time may use.
    const management = await prepare(NAMES.management)
    const vault = await prepare(NAMES.vault)
    return { management, vault, vaultKeys: await prepare(NAMES.vaultKeys) }
  } finally {
    await admin.end()
  }
}

/** The databases that were prepared before. Connects to no server. */
export function knownDatabases(adminUrl: string, prefix: string, secretsDir: string): Databases {
  const describe = (name: string): Database => describeDatabase(adminUrl, `${prefix}${name}`, secretsDir)
  return {
    management: describe(NAMES.management),
    vault: describe(NAMES.vault),
    vaultKeys: describe(NAMES.vaultKeys),
  }
}

/** Drops the databases and roles of this prefix. */
export async function dropDatabases(adminUrl: string, prefix: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    for (const name of Object.values(NAMES)) await admin.query(`DROP DATABASE IF EXISTS ${prefix}${name} WITH (FORCE)`)
    for (const name of Object.values(NAMES)) {
      await admin.query(`DROP ROLE IF EXISTS ${prefix}${name}_runtime`)
      await admin.query(`DROP ROLE IF EXISTS ${prefix}${name}_migrator`)
    }
  } finally {
    await admin.end()
  }
}

async function refuseForeign(admin: pg.Client, prefix: string): Promise<void> {
  const names = Object.values(NAMES).map((name) => `${prefix}${name}`)
  const { rows } = await admin.query<{ datname: string }>('SELECT datname FROM pg_database WHERE datname = ANY($1)', [
    names,
  ])
  const [first] = rows
  if (first === undefined) return
  throw new Error(
    `The server already has a database "${first.datname}", which was not made from this folder. ` +
      'Set PMA_DATABASE_PREFIX (for example myapi_), or drop that database.',
  )
}

async function prepareDatabase(
  admin: pg.Client,
  adminUrl: string,
  name: string,
  secretsDir: string,
): Promise<Database> {
  const database = describeDatabase(adminUrl, name, secretsDir)
  const { migrator, runtime } = database
  for (const { user, passwordFile } of [migrator, runtime]) {
    await ensureRole(admin, user, await privateFile(passwordFile, randomPassword))
  }
  await ensureDatabase(admin, name, migrator.user)
  await closeToOthers(database.adminUrl, name, migrator.user, runtime.user)
  return database
}

function describeDatabase(adminUrl: string, name: string, secretsDir: string): Database {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  const role = (kind: string): Role => ({
    user: `${name}_${kind}`,
    passwordFile: path.join(secretsDir, `${name}_${kind}.password`),
  })
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    name,
    migrator: role('migrator'),
    runtime: role('runtime'),
    adminUrl: url.href,
  }
}

async function ensureRole(admin: pg.Client, user: string, password: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [user])
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER'
  // A verifier instead of the password, because Postgres may log statements.
  const verifier = admin.escapeLiteral(scramVerifier(password))
  await admin.query(`${verb} ROLE ${user} LOGIN NOCREATEDB NOCREATEROLE PASSWORD ${verifier}`)
}

async function ensureDatabase(admin: pg.Client, name: string, owner: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])
  if (rowCount !== 0) return
  // A role that is not a superuser may give a database only to a role that it is a member of.
  const { rows } = await admin.query<{ member: boolean }>(`SELECT pg_has_role(current_user, $1, 'MEMBER') AS member`, [
    owner,
  ])
  if (rows[0]?.member !== true) await admin.query(`GRANT ${owner} TO CURRENT_USER`)
  await admin.query(`CREATE DATABASE ${name} OWNER ${owner}`)
}

/** By default every role may connect to a database and, before Postgres 15, make tables in it. */
async function closeToOthers(url: string, name: string, migrator: string, runtime: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`GRANT CONNECT ON DATABASE ${name} TO CURRENT_USER, ${runtime}`)
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
    await client.query(`ALTER SCHEMA public OWNER TO ${migrator}`)
    await client.query('REVOKE ALL ON SCHEMA public FROM PUBLIC')
    await client.query(`GRANT USAGE ON SCHEMA public TO ${runtime}`)
  } finally {
    await client.end()
  }
}
