import { describe, expect, it } from '@jest/globals'
import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { until } from '@protectmyapi/dev-kit/until'
import { type Clock, systemClock } from '@protectmyapi/service-kit/clock'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { Fault } from '@protectmyapi/service-kit/faults'
import { createDataPlane } from './data-plane.js'
import { createTurnstile } from './fairness/turnstile.js'
import { type Schedule, systemSchedule } from './freshness/schedule.js'
import { RouteFallen } from './lease/lease-source.js'
import { type FakeDirectory, startFakeDirectory } from './test/fake-directory.js'
import { startFakeVault } from './test/fake-vault.js'
import { fiftyfold } from './test/fiftyfold.js'
import { routeResponse } from './test/route-response.js'
import { hashOf, sessionSigner } from './test/session-signer.js'
import { silentLog } from './test/silent-log.js'

const atEnd = closeAfterEach()

const BOOT = 'boot_01JH0000000000000000000000'

/** The data plane between a directory and a vault, over real gRPC. The directory decides the secret's generation. */
async function start(
  says: Partial<FakeDirectory['says']> = {},
  { schedule = systemSchedule, clock = systemClock }: { schedule?: Schedule; clock?: Clock } = {},
) {
  let generation = 1
  const labels = () =>
    routeResponse().labels.map((label) => (label.kind === 'FEED_KIND_SECRET' ? { ...label, generation } : label))
  const directory = await startFakeDirectory(systemClock, {
    route: () =>
      routeResponse({
        labels: labels(),
        grant: `grant ${generation}`,
        secrets: [{ secretId: 'sec_1', versionId: `ver_${generation}`, generation, name: 'KEY' }],
      }),
    ...says,
  })
  atEnd(() => directory.close())
  const vault = await startFakeVault((versionId, grant) => {
    if (versionId !== `ver_${grant.slice(-1)}`) throw new Fault('INVALID_GRANT', 'another version')
    return {
      lease: {
        secretId: 'sec_1',
        versionId,
        generation: Number(versionId.slice(4)),
        value: Buffer.from(`value ${versionId}`),
        bindings: { origins: ['https://api.example.com'], placements: [{ header: 'authorization' }], services: [] },
        lifeMs: 300_000,
      },
    }
  })
  atEnd(() => vault.close())
  const plane = createDataPlane({
    directory: directory.client,
    vault: vault.client,
    clock,
    log: silentLog(),
    bootId: BOOT,
    schedule,
    turnstile: createTurnstile(),
  })
  atEnd(() => plane.stop())
  const token = newToken('app')
  const resolve = () => plane.routes.resolve({ kind: 'app-token', token, hash: hashOf(token) }, 'openai')
  const value = async () => (await plane.leases.lease(await resolve())).get('sec_1')?.value.reveal()
  /** As management does it: commits the new state with its row. */
  const replace = (): number => {
    generation += 1
    return directory.commit({ kind: 'FEED_KIND_SECRET', id: 'sec_1', generation })
  }
  /** What a writer waits for. */
  const applied = (number: number) =>
    until(() => ((directory.registry.get(BOOT)?.applied ?? -1) >= number ? true : undefined))
  return { directory, vault, plane, resolve, value, replace, applied }
}

describe('the data plane', () => {
  it('is ready once its first Sync is answered, and then leads from a credential to a secret’s value', async () => {
    const { plane, vault, value, directory } = await start()
    expect(plane.ready()).toBe(false)
    await expect(value()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await plane.start()
    expect(plane.ready()).toBe(true)
    expect(await value()).toBe('value ver_1')
    expect(await value()).toBe('value ver_1')
    expect(vault.asked).toHaveLength(1)
    expect(directory.openStreams).toBe(1)
  })

  it('uses a secret’s new version once its row is reported as applied, and refuses an old route', async () => {
    const { plane, value, replace, applied, resolve } = await start()
    await plane.start()
    const oldRoute = await resolve()
    for (let generation = 2; generation < 8; generation += 1) {
      expect(await value()).toBe(`value ver_${generation - 1}`)
      await applied(replace())
      expect(await value()).toBe(`value ver_${generation}`)
    }
    await expect(plane.leases.lease(oldRoute)).rejects.toBeInstanceOf(RouteFallen)
  })

  it('aborts answers under way before it reports the row that fells them as applied', async () => {
    const { plane, directory, resolve, applied } = await start()
    await plane.start()
    const { labels } = await resolve()
    let reportedWhenAborted: number | undefined
    plane.freshness.track(labels, () => {
      reportedWhenAborted = directory.registry.get(BOOT)?.applied
    })
    await applied(directory.commit({ kind: 'FEED_KIND_APP', id: 'app_1', generation: 2 }))
    expect(reportedWhenAborted).toBe(0)
  })

  it('learns of a change within the horizon if management pushes no rows', async () => {
    const { plane, value, replace, applied } = await start({ horizonMs: 600, pushes: false })
    await plane.start()
    expect(await value()).toBe('value ver_1')
    const asked = performance.now()
    await applied(replace())
    expect(performance.now() - asked).toBeLessThan(600)
    expect(await value()).toBe('value ver_2')
  })

  it('serves until the horizon while management is mute, then is UNAVAILABLE until it answers again', async () => {
    const { plane, value, directory } = await start(
      { horizonMs: 600 },
      { schedule: (run, ms) => systemSchedule(run, Math.min(ms, 200)) },
    )
    await plane.start()
    await value()
    directory.says.mute = true
    await value()
    await until(() => (plane.freshness.isCurrent() ? undefined : true))
    expect([plane.ready(), plane.impaired()]).toEqual([true, ['horizon-passed']])
    await expect(value()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    directory.says.mute = false
    await until(() => (plane.freshness.isCurrent() ? true : undefined))
    expect([plane.ready(), plane.impaired()]).toEqual([true, []])
    expect(await value()).toBe('value ver_1')
  })

  it('stays ready through a restart of management, and applies a row that was committed right after it', async () => {
    const { plane, value, replace, applied, directory } = await start()
    await plane.start()
    await value()
    await directory.restart()
    const number = replace()
    await applied(number)
    expect(plane.ready()).toBe(true)
    expect(await value()).toBe('value ver_2')
  })

  it('starts while management is mute, is not ready, and becomes ready once management answers', async () => {
    const { plane, directory } = await start({ mute: true }, fiftyfold)
    await plane.start()
    expect(plane.ready()).toBe(false)
    directory.says.mute = false
    await until(() => (plane.ready() ? true : undefined))
  })

  it('hands over entries not yet on record when it stops, and then refuses with UNAVAILABLE', async () => {
    const { plane, directory, resolve } = await start()
    await plane.start()
    const route = { ...(await resolve()), limits: [] }
    const decision = await plane.admission.admit({
      requestId: 'req_1',
      route,
      method: 'GET',
      path: '/',
      sourceAddress: '::1',
      appVersion: null,
    })
    if (decision.admitted)
      decision.ticket.finish({
        status: 200,
        fault: null,
        requestBytes: 0,
        responseBytes: 0,
        upstreamMs: 1,
        totalMs: 1,
        aborted: false,
      })
    await plane.stop()
    expect(directory.entries.map(({ kind }) => kind)).toEqual(['ENTRY_KIND_ADMITTED', 'ENTRY_KIND_FINISHED'])
    await expect(
      plane.admission.admit({
        requestId: 'req_2',
        route,
        method: 'GET',
        path: '/',
        sourceAddress: '::1',
        appVersion: null,
      }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })

  it('publishes the session keys’ public members alone, and exchanges 60 debug tokens of an address', async () => {
    const signer = await sessionSigner('key_1', systemClock.wallMs)
    const { plane } = await start({ keys: () => signer.keys() })
    await plane.start()
    expect(await plane.jwks()).toEqual({
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: expect.any(String), kid: 'key_1', alg: 'EdDSA', use: 'sig' }],
    })
    expect(await plane.attest.exchangeDebugToken(newToken('debug'), '::1')).toMatchObject({ deviceId: 'dvc_1' })
    await expect(plane.attest.exchangeDebugToken('pma_dbg_x', '::1')).rejects.toMatchObject({ code: 'INVALID_TOKEN' })
    const flood = Array.from({ length: 61 }, () => plane.attest.exchangeDebugToken(newToken('debug'), '192.0.2.1'))
    const refused = (await Promise.allSettled(flood)).filter(({ status }) => status === 'rejected')
    expect(refused).toEqual([expect.objectContaining({ reason: expect.objectContaining({ code: 'RATE_LIMITED' }) })])
  })
})
