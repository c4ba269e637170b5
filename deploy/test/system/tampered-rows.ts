import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import pg from 'pg'
import { type Provisioned, provision } from './provision.js'
import { type StandIn, startStandIn } from './stand-in.js'
import type { TestSystem } from './start-test-system.js'

interface Sealed {
  readonly versionId: string
  readonly bytes: Buffer
}

/** Kills the vault and the first proxy, once. */
export function describeTamperedRows(started: () => TestSystem): void {
  describe('a stored version that was tampered with', () => {
    let system: TestSystem
    let provider: StandIn
    let database: pg.Client

    /** What is done to a row. Each case has a secret of its own. */
    const harms: readonly {
      readonly slug: string
      readonly what: string
      harm(target: Provisioned): Promise<void>
    }[] = [
      { slug: 'first-bit', what: 'the first bit flipped', harm: (target) => flip(target, () => 0) },
      {
        slug: 'middle-bit',
        what: 'a bit in the middle flipped',
        harm: (target) => flip(target, (bits) => Math.floor(bits / 2)),
      },
      { slug: 'last-bit', what: 'the last bit flipped', harm: (target) => flip(target, (bits) => bits - 1) },
      { slug: 'older-version', what: 'the bytes of an older version copied over it', harm: copyOlder },
    ]
    const targets = new Map<string, Provisioned>()

    beforeAll(async () => {
      system = started()
      provider = await startStandIn({ keyOf: () => 'any', answer: () => ({ body: { ok: true } }) })
      provider.accept('any')
      database = new pg.Client({ connectionString: system.running.databases.vault.adminUrl })
      await database.connect()
      for (const { slug, harm } of harms) {
        const value = system.planter.plant('sk-tampered-')
        targets.set(slug, await provision(system, { slug, origin: provider.origin, value }))
        expect((await call(slug)).status).toBe(200)
        await harm(targetOf(slug))
      }
      await restart()
    }, 60_000)

    afterAll(async () => {
      await database?.end()
      await provider?.stop()
    }, 60_000)

    const targetOf = (slug: string): Provisioned => {
      const target = targets.get(slug)
      if (target === undefined) throw new Error(`nothing was provisioned for ${slug}`)
      return target
    }

    const call = (slug: string): Promise<Response> => {
      return fetch(`${system.proxy}/v1/p/${slug}/x`, { headers: { authorization: `Bearer ${targetOf(slug).token}` } })
    }

    async function flip(target: Provisioned, choose: (bits: number) => number): Promise<void> {
      const { versionId, bytes } = await sealed(target)
      const bit = choose(bytes.length * 8)
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      await store(versionId, bytes)
    }

    async function copyOlder(target: Provisioned): Promise<void> {
      const older = await sealed(target)
      await system.owner.put(`${system.org}/secrets/${target.secretId}/value`, {
        value: system.planter.plant('sk-tampered-'),
      })
      const newer = await sealed(target)
      expect(newer.versionId).not.toBe(older.versionId)
      await store(newer.versionId, older.bytes)
    }

    async function sealed({ secretId }: Provisioned): Promise<Sealed> {
      const { rows } = await database.query<{ version_id: string; sealed: Buffer }>(
        'SELECT version_id, sealed FROM versions WHERE secret_id = $1 ORDER BY version_id DESC LIMIT 1',
        [secretId],
      )
      const [row] = rows
      if (row === undefined) throw new Error('the version is not there')
      return { versionId: row.version_id, bytes: row.sealed }
    }

    async function store(versionId: string, bytes: Buffer): Promise<void> {
      await database.query('UPDATE versions SET sealed = $2 WHERE version_id = $1', [versionId, bytes])
    }

    /** The values are still in memory, so the rows are read again only after a restart. */
    async function restart(): Promise<void> {
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

    it.each(harms.map(({ what, slug }) => [what, slug] as const))(
      'is not opened with %s: the answer is 500, the log names the secret, and nothing is sent',
      async (_what, slug) => {
        const before = provider.received.length
        const answer = await until(async () => {
          const tried = await call(slug)
          // The vault may not have restarted yet.
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
          .find((one) => one.includes('SECRET_DECRYPTION_FAILED') && one.includes(targetOf(slug).secretId))
        expect(line).toBeDefined()
      },
      60_000,
    )
  })
}
