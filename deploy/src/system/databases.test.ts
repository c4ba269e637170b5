import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { type Databases, dropDatabases, prepareDatabases } from './databases.js'
import { randomPrefix } from './launcher-config.js'
import { readIfThere } from './local-files.js'

describe('prepareDatabases', () => {
  const admin = process.env.PMA_TEST_POSTGRES_URL ?? ''
  const prefix = randomPrefix()
  let folder = ''
  let databases: Databases

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-databases-'))
    databases = await prepareDatabases(admin, prefix, folder, false)
  })

  afterAll(async () => {
    await dropDatabases(admin, prefix)
    await rm(folder, { recursive: true, force: true })
  })

  const passwordOf = async (file: string): Promise<string> => (await readIfThere(file))?.trimEnd() ?? ''

  const as = async (role: { user: string; passwordFile: string }, statement: string): Promise<void> => {
    const { host, port, name } = databases.vault
    const password = await passwordOf(role.passwordFile)
    const client = new pg.Client({ host, port, database: name, user: role.user, password })
    await client.connect()
    try {
      await client.query(statement)
    } finally {
      await client.end()
    }
  }

  it('lets the migrator create tables, and the runtime role none', async () => {
    await as(databases.vault.migrator, 'CREATE TABLE made (id int)')
    await expect(as(databases.vault.runtime, 'CREATE TABLE other (id int)')).rejects.toThrow('permission denied')
  })

  it('does not let the role of one database into another database', async () => {
    await expect(as(databases.management.runtime, 'SELECT 1')).rejects.toThrow('permission denied for database')
  })

  it('writes a password file with mode 0600', async () => {
    expect((await stat(databases.vault.runtime.passwordFile)).mode & 0o777).toBe(0o600)
  })

  it('sends no password to Postgres, and each role signs in with its own password only', async () => {
    const sent: Buffer[] = []
    const relay = net.createServer((socket) => {
      const { hostname, port } = new URL(admin)
      const onward = net.connect(Number(port), hostname)
      for (const end of [socket, onward]) end.on('error', () => undefined)
      socket.on('data', (chunk) => sent.push(chunk))
      socket.pipe(onward).pipe(socket)
    })
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
    const { port } = relay.address() as net.AddressInfo
    const through = Object.assign(new URL(admin), { host: `127.0.0.1:${port}` }).href
    await prepareDatabases(through, prefix, folder, true)
    relay.close()
    const text = Buffer.concat(sent).toString('latin1')
    expect(text.match(/ALTER ROLE/g)).toHaveLength(6)
    const passwords = await Promise.all((await readdir(folder)).map((name) => passwordOf(path.join(folder, name))))
    expect(passwords).toHaveLength(6)
    expect(passwords.filter((password) => text.includes(password))).toEqual([])
    await expect(as(databases.vault.runtime, 'SELECT 1')).resolves.toBeUndefined()
    const ofAnother = { ...databases.vault.runtime, passwordFile: databases.vault.migrator.passwordFile }
    await expect(as(ofAnother, 'SELECT 1')).rejects.toThrow('password authentication failed')
  })

  it('can be run again, and refuses existing databases when it is not told that they are its own', async () => {
    await expect(prepareDatabases(admin, prefix, folder, true)).resolves.toEqual(databases)
    await expect(prepareDatabases(admin, prefix, folder, false)).rejects.toThrow('PMA_DATABASE_PREFIX')
  })
})
