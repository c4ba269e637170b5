import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { loadAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { until } from '@protectmyapi/dev-kit/until'
import { createVaultClient, type Rotation, type VaultClient } from '@protectmyapi/vault-client'
import pg from 'pg'
import type { TestSystem } from './start-test-system.js'

const WORKER = 'spiffe://protectmyapi.local/ns/apps/sa/worker'
const SERVICE = 'spiffe://protectmyapi.local/ns/protectmyapi/sa/service'

interface Replaced {
  readonly internalServicesUntil: string | null
}

/** Kills the vault, once. */
export function describeInternalServices(started: () => TestSystem): void {
  describe('an internal service', () => {
    let system: TestSystem
    let folder = ''
    const clients: VaultClient[] = []
    const file = (name: string): string => path.join(folder, name)

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'pma-internal-'))
      system = started()
      await exchange('worker', WORKER)
      await register('worker', WORKER)
    }, 60_000)

    afterAll(async () => {
      for (const client of clients) client.close()
      await rm(folder, { recursive: true, force: true })
    }, 60_000)

    const register = (name: string, identity: string): Promise<void> =>
      system.running.runManagement(['register-internal-service', system.org.split('/')[2] ?? '', name, identity])

    /** Replaces the certificate in the same files. */
    async function exchange(name: string, spiffeId: string): Promise<void> {
      const { ca, caKey } = system.running.identities
      const authority = await loadAuthority(await readFile(ca, 'utf8'), await readFile(caKey, 'utf8'))
      const { certPem, keyPem } = await authority.issue({ spiffeId })
      await copyFile(ca, file('ca.pem'))
      await writeFile(file(`${name}.key`), keyPem)
      await writeFile(file(`${name}.pem`), certPem)
    }

    async function open(name: string, onRotation?: (rotation: Rotation) => void): Promise<VaultClient> {
      const { directory, vault } = system.running.config.ports
      const client = await createVaultClient({
        directory: `127.0.0.1:${directory}`,
        vault: `127.0.0.1:${vault}`,
        tls: { certFile: file(`${name}.pem`), keyFile: file(`${name}.key`), caFile: file('ca.pem') },
        ...(onRotation === undefined ? {} : { onRotation }),
      })
      clients.push(client)
      return client
    }

    async function store(name: string, services: readonly string[], expiresAt: string | null = null) {
      const value = system.planter.plant('sk-internal-')
      const bindings = { origins: [], placements: [], services }
      const { id } = await system.owner.post<{ id: string }>(`${system.org}/secrets`, {
        name,
        value,
        bindings,
        expiresAt,
      })
      return { id, value }
    }

    /** Makes the client forget a secret and ask for it again. Answers the value or the error's code. */
    async function askAnew(client: VaultClient, name: string): Promise<string> {
      client.forget(name)
      return client.secret(name).then(
        (secret) => secret.reveal(),
        (thrown: { code?: string }) => thrown.code ?? String(thrown),
      )
    }

    it('leases what is bound to it, and not what is bound to another service', async () => {
      const mine = await store('MINE', [WORKER])
      await register('service', SERVICE)
      await store('OTHERS', [SERVICE])
      const client = await open('worker')
      expect(await askAnew(client, 'MINE')).toBe(mine.value)
      expect(await askAnew(client, 'OTHERS')).toBe('SECRET_NOT_FOUND')
    }, 30_000)

    it('gets no key under the name of another after somebody exchanged their names in management’s tables', async () => {
      await store('PAY', [WORKER])
      await store('HOOK', [WORKER])
      const client = await open('worker')
      const database = new pg.Client({ connectionString: system.running.databases.management.adminUrl })
      await database.connect()
      try {
        for (const [from, to] of [
          ['PAY', 'BETWEEN'],
          ['HOOK', 'PAY'],
          ['BETWEEN', 'HOOK'],
        ])
          await database.query('UPDATE secrets SET name = $2 WHERE name = $1', [from, to])
      } finally {
        await database.end()
      }
      expect(await askAnew(client, 'HOOK')).toBe('OTHER_NAME')
      expect(await askAnew(client, 'PAY')).toBe('OTHER_NAME')
    }, 30_000)

    it('gets a replaced value before its lease ends, and the answer to the replacement says until when', async () => {
      // A lease ends when its secret expires, so this one is renewed after a few seconds and not after half a minute.
      const lifeMs = 16_000
      const { id, value } = await store('TURNED', [WORKER], new Date(Date.now() + lifeMs).toISOString())
      const rotations: Rotation[] = []
      const client = await open('worker', (rotation) => rotations.push(rotation))
      const held = await client.secret('TURNED')
      const leasedMs = performance.now()
      expect(held.reveal()).toBe(value)
      const next = system.planter.plant('sk-internal-')
      const path = `${system.org}/secrets/${id}/value`
      const { internalServicesUntil } = await system.owner.put<Replaced>(path, { value: next })
      const leftMs = Date.parse(internalServicesUntil ?? '') - Date.now()
      expect(leftMs).toBeGreaterThan(50_000)
      expect(leftMs).toBeLessThanOrEqual(65_000)
      const rotation = await until(() => rotations[0], lifeMs)
      expect(performance.now() - leasedMs).toBeLessThan(lifeMs)
      expect(rotation).toMatchObject({ name: 'TURNED', from: { versionId: held.versionId } })
      expect([rotation.to.reveal(), (await client.secret('TURNED')).reveal()]).toEqual([next, next])
    }, 40_000)

    it('keeps the value that it holds while the vault is away, and leases again when the vault is back', async () => {
      const { value } = await store('KEPT', [WORKER])
      const client = await open('worker')
      const held = await client.secret('KEPT')
      process.kill(system.running.pids().get('vault') ?? 0, 'SIGKILL')
      expect([held.reveal(), (await client.secret('KEPT')).reveal()]).toEqual([value, value])
      const answers: string[] = []
      await until(async () => {
        answers.push(await askAnew(client, 'KEPT'))
        return answers.at(-1) === value ? true : undefined
      }, 30_000)
      expect(answers.filter((answer) => answer !== value && answer !== 'UNAVAILABLE')).toEqual([])
      // Management has its own connection to the vault, and reconnects in its own time. A name whose creation was cut off
      // is taken until the reconciler has settled it, so each attempt has one of its own.
      let attempts = 0
      await until(
        () =>
          store(`BACK_${++attempts}`, [WORKER]).then(
            () => true,
            (thrown: { code?: string }) => {
              if (thrown.code !== 'UNAVAILABLE') throw thrown
            },
          ),
        30_000,
      )
    }, 60_000)

    it('has the identity of the certificate in its files: with an unknown one there it is FORBIDDEN', async () => {
      const { value } = await store('SHOWN', [WORKER])
      const client = await open('worker')
      const settled = (answer: string) =>
        until(async () => ((await askAnew(client, 'SHOWN')) === answer ? true : undefined), 15_000)
      await settled(value)
      await exchange('worker', 'spiffe://protectmyapi.local/ns/apps/sa/nobody')
      await settled('FORBIDDEN')
      await exchange('worker', WORKER)
      await settled(value)
    }, 60_000)

    it('is FORBIDDEN once its registration was revoked', async () => {
      await store('LAST', [WORKER])
      const client = await open('worker')
      await client.secret('LAST')
      await system.running.runManagement(['revoke-internal-service', WORKER])
      expect(await askAnew(client, 'LAST')).toBe('FORBIDDEN')
      const { items } = await system.owner.get<{ items: { spiffeId: string }[] }>(`${system.org}/internal-services`)
      expect(items.map(({ spiffeId }) => spiffeId)).toEqual([SERVICE])
    }, 30_000)
  })
}
