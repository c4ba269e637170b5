import { randomBytes } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { freePort } from '../free-port.js'
import { type PostgresServer, startPostgres } from './postgres-server.js'

describe.each(['auto', 'embedded'] as const)('startPostgres (%s)', (choice) => {
  let folder = ''
  let port = 0
  let server: PostgresServer | undefined
  const password = randomBytes(16).toString('hex')

  const start = async (): Promise<PostgresServer> => {
    const cluster = path.join(folder, 'cluster')
    await mkdir(cluster, { recursive: true })
    return startPostgres({
      folder: cluster,
      port,
      password,
      logFile: path.join(folder, 'log'),
      choice,
      settings: { fsync: 'off' },
    })
  }

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'pma-postgres-'))
    // As root, another user has to enter the folder; mkdtemp creates it with 0700.
    await chmod(folder, 0o755)
    port = await freePort()
    server = await start()
  }, 60_000)

  afterAll(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const ask = async (url: string, question: string): Promise<unknown> => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    try {
      const { rows } = await client.query<{ answer: unknown }>(question)
      return rows[0]?.answer
    } finally {
      await client.end()
    }
  }

  it('listens on 127.0.0.1 only and refuses a wrong password', async () => {
    const url = server?.url ?? ''
    await expect(ask(url, `SELECT current_setting('listen_addresses') AS answer`)).resolves.toBe('127.0.0.1')
    await expect(ask(url.replace(password, 'wrong'), 'SELECT 1')).rejects.toThrow('password authentication failed')
  })

  it('keeps its data over a stop and a start', async () => {
    await ask(server?.url ?? '', 'CREATE TABLE kept AS SELECT 7 AS answer')
    await server?.stop()
    server = await start()
    await expect(ask(server.url, 'SELECT answer FROM kept')).resolves.toBe(7)
    expect(await readFile(path.join(folder, 'log'), 'utf8')).toContain('database system is shut down')
  }, 60_000)
})
