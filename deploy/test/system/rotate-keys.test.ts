import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '@protectmyapi/dev-kit/until'
import pg from 'pg'
import { underLoad, untilServed } from './load.js'
import { type Provisioned, provision } from './provision.js'
import { describeSigningKeys } from './rotate-signing-keys.js'
import { describeSharedLeases } from './shared-leases.js'
import { type StandIn, startStandIn } from './stand-in.js'
import { startTestSystem, type TestSystem } from './start-test-system.js'

describe('rotating keys under load', () => {
  let system: TestSystem
  let provider: StandIn
  let target: Provisioned
  let vault: pg.Client

  beforeAll(async () => {
    system = await startTestSystem({ proxies: 2 })
    provider = await startStandIn({ keyOf: () => 'any', answer: () => ({ body: {} }) })
    const value = system.planter.plant('sk-data-key-')
    provider.accept('any')
    target = await provision(system, { slug: 'data-keys', origin: provider.origin, value, policy: 'audit' })
    vault = new pg.Client({ connectionString: system.running.databases.vault.adminUrl })
    await vault.connect()
  }, 60_000)

  afterAll(async () => {
    await vault?.end()
    await system?.stop()
    await provider?.stop()
  }, 60_000)

  /** What requests that were not served while `work` was done were answered; values are replaced meanwhile. */
  async function refusedWhile(work: () => Promise<void>): Promise<readonly string[]> {
    const load = { proxies: system.proxies, token: () => target.token, path: () => '/v1/p/data-keys/echo' }
    const samples = await underLoad(load, async () => {
      let ended = false
      const replacing = (async () => {
        while (!ended) await replaceValue()
      })()
      await work().finally(() => {
        ended = true
      })
      await replacing
    })
    return samples.flatMap(({ status, body }) => (status === 200 ? [] : [`${status} ${body}`]))
  }

  async function replaceValue(): Promise<void> {
    const value = system.planter.plant('sk-data-key-')
    await system.owner.put(`${system.org}/secrets/${target.secretId}/value`, { value })
  }

  async function keys(): Promise<{ version: number; floor: number; below: string }[]> {
    const { rows } = await vault.query(
      `SELECT k.version, k.floor, (SELECT count(*) FROM versions v
         WHERE v.key_id = k.id AND v.key_version < k.version AND v.state = 'stored') AS below
       FROM data_keys k WHERE k.state = 'active' ORDER BY k.organization_id`,
    )
    return rows
  }

  // Before any key is replaced.
  describeSharedLeases(() => ({ system, origin: provider.origin }))

  it('as planned, of data keys, refuses no request, and the vault then seals everything anew', async () => {
    const before = await keys()
    const refused = await refusedWhile(() => system.running.runVault(['rotate-data-keys']))
    expect(refused).toEqual([])
    await until(async () => (await keys()).every(({ version, floor }) => floor === version) || undefined, 30_000)
    expect(await keys()).toEqual(
      before.map(({ version }) => ({ version: version + 1, floor: version + 1, below: '0' })),
    )
  }, 90_000)

  it('with --now, of data keys, refuses no request, and has sealed everything anew when it ends', async () => {
    const before = await keys()
    let after: Awaited<ReturnType<typeof keys>> = []
    const refused = await refusedWhile(async () => {
      await system.running.runVault(['rotate-data-keys', '--now'])
      after = await keys()
      await system.running.runManagement(['end-lease-keys'])
    })
    expect(refused).toEqual([])
    expect(after).toEqual(before.map(({ version }) => ({ version: version + 1, floor: version + 1, below: '0' })))
  }, 90_000)

  it('is followed by ending lease keys: proxies drop their leases, and answer 503 with the vault frozen', async () => {
    const headers = { authorization: `Bearer ${target.token}` }
    const ask = async (proxy: string) => (await fetch(`${proxy}/v1/p/data-keys/echo`, { headers })).status
    const served = () => Promise.all(system.proxies.map(ask))
    expect(await served()).toEqual([200, 200])
    const vaultPid = system.running.pids().get('vault') ?? 0
    process.kill(vaultPid, 'SIGSTOP')
    try {
      expect(await served()).toEqual([200, 200])
      await system.running.runManagement(['end-lease-keys', system.org.slice('/orgs/'.length)])
      expect(await served()).toEqual([503, 503])
    } finally {
      process.kill(vaultPid, 'SIGCONT')
    }
    await Promise.all(system.proxies.map((proxy) => untilServed(`${proxy}/v1/p/data-keys/echo`, target.token, 10_000)))
  }, 60_000)

  it('is followed by wrapping the data keys anew, which refuses no request', async () => {
    const refused = await refusedWhile(() => system.running.runVault(['rewrap-data-keys']))
    expect(refused).toEqual([])
  }, 60_000)

  describeSigningKeys(() => system)

  it('leaves every chain in order in the end, as the command `verify` finds', async () => {
    await system.running.runManagement(['verify'])
  }, 30_000)
})
