import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import pg from 'pg'
import { type Provisioned, provision } from './provision.js'
import { type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

describe('a stored version that was tampered with', () => {
  let system: TestSystem
  let provider: StandIn
  let database: pg.Client
  let target: Provisioned

  beforeAll(async () => {
    // A killed proxy is waited for until its horizon: short here.
    system = await startTestSystem({ extra: { management: { PMA_HORIZON_MS: '1500' } } })
    provider = await startStandIn({ keyOf: () => 'any', answer: () => ({ body: { ok: true } }) })
    provider.accept('any')
    database = new pg.Client({ connectionString: system.running.databases.vault.adminUrl })
    await database.connect()
  }, 60_000)

  afterAll(async () => {
    await database?.end()
    await system?.stop()
    await provider?.stop()
  }, 60_000)

  let round = 0
  beforeEach(async () => {
    round += 1
    const value = system.planter.plant('sk-tampered-')
    target = await provision(system, { slug: `tampered-${round}`, origin: provider.origin, value })
    expect((await call()).status).toBe(200)
  }, 30_000)

  const call = (): Promise<Response> => {
    return fetch(`${system.proxy}/v1/p/tampered-${round}/x`, { headers: { authorization: `Bearer ${target.token}` } })
  }

  const sealed = async (): Promise<{ versionId: string; bytes: Buffer }> => {
    const { rows } = await database.query<{ version_id: string; sealed: Buffer }>(
      'SELECT version_id, sealed FROM versions WHERE secret_id = $1 ORDER BY version_id DESC LIMIT 1',
      [target.secretId],
    )
    const [row] = rows
    if (row === undefined) throw new Error('the version is not there')
    return { versionId: row.version_id, bytes: row.sealed }
  }

  const store = (versionId: string, bytes: Buffer): Promise<unknown> => {
    return database.query('UPDATE versions SET sealed = $2 WHERE version_id = $1', [versionId, bytes])
  }

  /** Memory holds the value still: only after a restart is the row read again. */
  const restart = async (): Promise<void> => {
    for (const name of ['vault', 'proxy-1']) {
      const pid = system.running.pids().get(name) ?? 0
      process.kill(pid, 'SIGKILL')
      await until(() => {
        const next = system.running.pids().get(name)
        return next !== undefined && next !== pid ? true : undefined
      }, 20_000)
    }
    await until(
      () =>
        fetch(`${system.proxy}/readyz`).then(
          ({ ok }) => (ok ? true : undefined),
          () => undefined,
        ),
      20_000,
    )
  }

  const expectRefused = async (): Promise<void> => {
    const before = provider.received.length
    const answer = await until(async () => {
      const tried = await call()
      // The vault may not be back yet.
      return tried.status === 503 ? undefined : tried
    }, 20_000)
    expect(answer.status).toBe(500)
    expect(await answer.json()).toMatchObject({ code: 'SECRET_DECRYPTION_FAILED' })
    expect(provider.received.length).toBe(before)
    const logs = await Promise.all(
      ['vault', 'proxy-1'].map((name) => readFile(path.join(system.running.logs, `${name}.log`), 'utf8')),
    )
    const line = logs
      .join('\n')
      .split('\n')
      .find((one) => one.includes('SECRET_DECRYPTION_FAILED') && one.includes(target.secretId))
    expect(line).toBeDefined()
  }

  it.each([
    ['the first bit', () => 0],
    ['a bit in the middle', (bits: number) => Math.floor(bits / 2)],
    ['the last bit', (bits: number) => bits - 1],
  ])(
    'does not open with %s flipped, says which secret, and sends nothing',
    async (_name, choose) => {
      const { versionId, bytes } = await sealed()
      const bit = choose(bytes.length * 8)
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      await store(versionId, bytes)
      await restart()
      await expectRefused()
    },
    60_000,
  )

  it('does not open with the bytes of an older version copied over it', async () => {
    const older = await sealed()
    await system.owner.put(`${system.org}/secrets/${target.secretId}/value`, {
      value: system.planter.plant('sk-tampered-'),
    })
    const newer = await sealed()
    expect(newer.versionId).not.toBe(older.versionId)
    await store(newer.versionId, older.bytes)
    await restart()
    await expectRefused()
  }, 60_000)
})
