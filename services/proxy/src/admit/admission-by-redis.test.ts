import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { describeWithRedis } from '@protectmyapi/dev-kit/redis/describe-with-redis'
import { startCluster } from '@protectmyapi/dev-kit/redis/redis-cluster'
import type { TestRedis } from '@protectmyapi/dev-kit/redis/test-redis'
import { until } from '@protectmyapi/dev-kit/until'
import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import { accessStreamKey, rateKey, shardOf, watermarkKey } from '@protectmyapi/service-kit/redis/redis-keys'
import type { Outcome } from '../record/recorder.js'
import { routeFromWire } from '../routes/route-from-wire.js'
import { type AdmissionRig, BOOT, startAdmissionRig } from '../test/admission-rig.js'
import { routeResponse } from '../test/route-response.js'
import { type AdmissionHarness, admissionContract } from './admission.contract.js'
import type { AccessRequest } from './admission.js'

const OUTCOME: Outcome = {
  status: 200,
  fault: null,
  requestBytes: 0,
  responseBytes: 0,
  upstreamMs: 1,
  totalMs: 1,
  aborted: false,
}
const KINDS = { ENTRY_KIND_ADMITTED: 'admitted', ENTRY_KIND_FINISHED: 'finished', ENTRY_KIND_VOID: 'void' } as const
const SHARD = shardOf('org_1')
const ROUTE = { ...routeFromWire(routeResponse()), notAfter: Number.POSITIVE_INFINITY }

const kindOf = ({ kind }: AccessEntry) => KINDS[kind as keyof typeof KINDS]

describeWithRedis('admission', () => {
  admissionContract('Redis, and the directory where it is away', async () => harnessOf(await startAdmissionRig()))

  describe('with a cluster of three masters', () => {
    let masters: readonly TestRedis[] = []
    beforeAll(async () => {
      masters = await startCluster()
    }, 40_000)
    afterAll(() => Promise.all(masters.map((master) => master.drop())))

    admissionContract('a Redis Cluster, and the directory where it is away', async () => {
      for (const master of masters) await master.flush()
      const [first] = masters
      if (!first) throw new Error('no master')
      return harnessOf(await startAdmissionRig({ cluster: first }))
    })

    it('admits requests of 24 organizations by all masters, records each, and never asks management', async () => {
      for (const master of masters) await master.flush()
      const [first] = masters
      if (!first) throw new Error('no master')
      const rig = await startAdmissionRig({ cluster: first })
      try {
        for (let organization = 0; organization < 24; organization += 1) {
          const limits = [{ scope: 'app', count: 60, periodMs: 60_000, burst: 10, allServices: false }] as const
          const route = { ...ROUTE, limits, organizationId: `org_${organization}` }
          const asked = { requestId: `req_of_${organization}`, method: 'GET', path: '/', sourceAddress: '::1' }
          expect(await rig.admission.admit({ ...asked, route, appVersion: null })).toMatchObject({ admitted: true })
        }
        expect(rig.directory.admitCalls).toEqual([])
        for (const master of masters) expect(Number(await master.ask('DBSIZE'))).toBeGreaterThan(0)
        expect(await rig.streamed()).toHaveLength(24)
      } finally {
        await rig.close()
      }
    })
  })

  describe('admission by Redis', () => {
    let rig: AdmissionRig
    afterEach(() => rig.close())

    let requests = 0
    const request = (over: Partial<AccessRequest['route']> = {}): AccessRequest => {
      requests += 1
      const route = { ...ROUTE, limits: [], ...over }
      return { requestId: `req_${requests}`, route, method: 'POST', path: '/', sourceAddress: '::1', appVersion: null }
    }
    const admit = async (over: Partial<AccessRequest['route']> = {}) => {
      const decision = await rig.admission.admit(request(over))
      if (!decision.admitted) throw new Error('not admitted')
      return decision.ticket
    }
    const onRecord = async () => (await rig.streamed()).map(kindOf)

    it('puts 16 requests in a script if organizations share turns, or 30 if Redis is slow; else all', async () => {
      rig = await startAdmissionRig()
      rig.says.organizations = 'several'
      const sizesOf = async (requests: number): Promise<number[]> => {
        const before = rig.scripts.length
        await Promise.all(Array.from({ length: requests }, () => admit()))
        return rig.scripts.slice(before).map((script) => script.requests)
      }
      expect(await sizesOf(40)).toEqual([16, 16, 8])
      rig.says.scriptMs = 30
      expect(await sizesOf(1)).toEqual([1])
      expect(await sizesOf(40)).toEqual([30, 10])
      rig.says.organizations = 'one'
      expect(await sizesOf(40)).toEqual([40])
    })

    it('runs one script for all requests of a turn, and sends entries of ended ones with the next', async () => {
      rig = await startAdmissionRig()
      const tickets = await Promise.all(Array.from({ length: 20 }, () => admit()))
      expect(rig.scripts).toEqual([{ requests: 20, riders: 0 }])
      for (const ticket of tickets) ticket.finish(OUTCOME)
      await admit()
      expect(rig.scripts[1]).toEqual({ requests: 1, riders: 20 })
      expect(await onRecord()).toEqual([
        ...new Array(20).fill('admitted'),
        // From one script: the admitted entries, then the riders.
        'admitted',
        ...new Array(20).fill('finished'),
      ])
      expect(rig.directory.admitCalls).toEqual([])
    })

    it('writes the entry of an ended request after 50 ms if no other request’s script has taken it along', async () => {
      rig = await startAdmissionRig()
      const ticket = await admit()
      ticket.void_('SECRET_NOT_FOUND')
      expect(await onRecord()).toEqual(['admitted'])
      rig.time.advance(50)
      await until(() => rig.scripts[1])
      await until(async () => ((await onRecord()).length === 2 ? true : undefined))
      expect(rig.scripts[1]).toEqual({ requests: 0, riders: 1 })
    })

    it('reads the watermark without requests too, and hands management no entry that it has passed', async () => {
      rig = await startAdmissionRig()
      await admit()
      await rig.client.set(watermarkKey(SHARD, BOOT), '1')
      await admit()
      await rig.client.set(watermarkKey(SHARD, BOOT), '2')
      // No request comes any more, yet the watermark is still looked at.
      rig.time.advance(500)
      await until(() => (rig.watermarks.includes(2) ? true : undefined))
      rig.time.advance(10_000)
      await rig.settled()
      expect(rig.directory.entries).toEqual([])
    })

    it('hands an entry that is not drained over to management after five seconds, and not 100 ms earlier', async () => {
      rig = await startAdmissionRig()
      await admit()
      await rig.redis.flush()
      rig.time.advance(4_900)
      await rig.settled()
      expect(rig.directory.entries).toEqual([])
      rig.time.advance(200)
      await rig.settled()
      expect(rig.directory.entries.map(kindOf)).toEqual(['admitted'])
    })

    it('hands admitted and finished entries over to management after five seconds if Redis was flushed', async () => {
      rig = await startAdmissionRig()
      const ticket = await admit()
      ticket.finish(OUTCOME)
      await rig.settled()
      await rig.redis.flush()
      rig.time.advance(6_000)
      rig.time.advance(100)
      await until(() => (rig.directory.entries.length === 2 ? true : undefined))
      expect(rig.directory.entries.map(kindOf)).toEqual(['admitted', 'finished'])
    })

    it('hands its entries to management at once when Redis is lost, and admits there until Redis is back', async () => {
      rig = await startAdmissionRig()
      const ticket = await admit()
      await rig.redis.kill()
      await until(() => (rig.link.isUsable() ? undefined : true))
      ticket.finish(OUTCOME)
      await admit()
      rig.time.advance(100)
      await until(() => (rig.directory.entries.length === 3 ? true : undefined))
      expect(new Set(rig.directory.entries.map((entry) => Number(entry.sequence)))).toEqual(new Set([1, 2, 3]))
      await rig.redis.restart()
      await until(() => rig.link.isUsable() || undefined)
      await rig.setTime()
      await admit()
      expect(rig.scripts.at(-1)).toEqual({ requests: 1, riders: 0 })
      expect(await onRecord()).toEqual(['admitted'])
    })

    it('writes an entry to management with its shard and sequence if its script’s answer was lost', async () => {
      rig = await startAdmissionRig()
      rig.says.redis = 'answers lost'
      await admit()
      rig.says.redis = 'there'
      const [streamed] = await rig.streamed()
      expect(rig.directory.entries).toEqual([
        expect.objectContaining({
          sequence: streamed?.sequence,
          shard: streamed?.shard,
          requestId: streamed?.requestId,
        }),
      ])
    })

    it('writes only keys of the request’s shard, for its stream and its bucket, each with a time to live', async () => {
      rig = await startAdmissionRig()
      await admit({
        limits: [{ scope: 'app', count: 60, periodMs: 60_000, burst: 10, allServices: false }],
        deviceId: 'dvc_1',
      })
      const keys = (await rig.client.keys('pma:*')).sort()
      expect(keys).toEqual([accessStreamKey(SHARD), expect.stringContaining(rateKey(SHARD, ''))])
      for (const key of keys) expect(await rig.client.pttl(key)).toBeGreaterThan(0)
    })

    it('admits by management if the shard’s stream is full, without writing twice or giving up Redis', async () => {
      rig = await startAdmissionRig({ streamMessagesMax: 2 })
      for (let at = 0; at < 3; at += 1) await admit()
      expect(rig.directory.entries.map(({ sequence }) => Number(sequence))).toEqual([3])
      expect(await rig.client.xlen(accessStreamKey(SHARD))).toBe(2)
      expect(rig.link.isUsable()).toBe(true)
    })

    it.each([
      ['something else', ['LPUSH', accessStreamKey(SHARD), 'x']],
      ['a stream of the last id', ['XADD', accessStreamKey(SHARD), `${2n ** 64n - 1n}-${2n ** 64n - 1n}`, 'boot', 'x']],
    ])(
      'admits by management for a shard whose stream key holds %s, and by Redis for the others',
      async (_what, put) => {
        rig = await startAdmissionRig()
        await rig.redis.ask(...put)
        const limits = [{ scope: 'app', count: 60, periodMs: 60_000, burst: 1, allServices: false }] as const
        await admit({ limits })
        const ticket = await admit()
        expect(await rig.admission.admit(request({ limits }))).toMatchObject({ admitted: false })
        ticket.finish(OUTCOME)
        await admit({ organizationId: 'org_2' })
        await rig.settled()
        // Exactly these, because it is known that none of them was written to Redis.
        expect(rig.directory.entries.map(kindOf)).toEqual(['admitted', 'admitted', 'finished'])
        expect(await rig.client.xlen(accessStreamKey(shardOf('org_2')))).toBe(1)
        expect(rig.link.isUsable()).toBe(true)
        await rig.client.del(accessStreamKey(SHARD))
        await admit()
        expect(await onRecord()).toEqual(['admitted', 'admitted'])
      },
    )

    it('admits by management while Redis is out of memory, and by Redis once it has room', async () => {
      rig = await startAdmissionRig()
      await rig.redis.ask('CONFIG', 'SET', 'maxmemory', '1')
      const tickets = await Promise.all(Array.from({ length: 20 }, () => admit()))
      for (const ticket of tickets) ticket.finish(OUTCOME)
      for (let at = 0; at < 20; at += 1) await admit()
      expect(rig.link.isUsable()).toBe(false)
      await rig.settled()
      expect(rig.directory.entries).toHaveLength(60)
      await rig.redis.ask('CONFIG', 'SET', 'maxmemory', '0')
      await until(() => rig.link.isUsable() || undefined)
      await admit()
      expect(await onRecord()).toEqual(['admitted'])
    })

    it('splits entries too long for one stream message into several, in order and in one script', async () => {
      const linesBytesMax = 1_000
      rig = await startAdmissionRig({ linesBytesMax })
      const tickets = await Promise.all(Array.from({ length: 20 }, () => admit()))
      for (const ticket of tickets) ticket.finish(OUTCOME)
      await admit()
      expect(rig.scripts).toEqual([
        { requests: 20, riders: 0 },
        { requests: 1, riders: 20 },
      ])
      const sequences = (await rig.streamed()).map(({ sequence }) => Number(sequence))
      expect(sequences).toHaveLength(41)
      expect(sequences.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
      const messages = await rig.client.xrange(accessStreamKey(SHARD), '-', '+')
      const lengths = messages.map(([, fields]) => fields[3]?.length ?? 0)
      // The last message holds the riders, which come as one text.
      expect(Math.max(...lengths.slice(0, -1))).toBeLessThanOrEqual(linesBytesMax)
      expect(await rig.client.pttl(accessStreamKey(SHARD))).toBeGreaterThan(0)
    })

    it.each([
      ['is longer than any number', (key: string) => rig.redis.ask('SETRANGE', key, '33554432', 'x')],
      ['is no number', (key: string) => rig.redis.ask('SET', key, 'nan')],
      ['is beyond any time', (key: string) => rig.redis.ask('SET', key, '1e300')],
      ['is no text', (key: string) => rig.redis.ask('LPUSH', key, 'x')],
    ])('ignores a watermark or bucket whose value %s, admits by Redis, and keeps Redis in use', async (_what, put) => {
      rig = await startAdmissionRig()
      const limits = [{ scope: 'app', count: 60, periodMs: 60_000, burst: 10, allServices: false }] as const
      await admit({ limits })
      const [bucket = ''] = await rig.client.keys(`${rateKey(SHARD, '')}*`)
      for (const key of [bucket, watermarkKey(SHARD, BOOT)]) {
        await rig.client.del(key)
        await put(key)
      }
      await admit({ limits })
      expect(rig.watermarks).toEqual([undefined, undefined])
      expect(Number(await rig.client.get(bucket))).toBeGreaterThan(0)
      expect(rig.directory.admitCalls).toEqual([])
      expect(rig.link.isUsable()).toBe(true)
    })

    it('hands the entry of an ended request to management when the script that carried it was lost', async () => {
      rig = await startAdmissionRig()
      const ticket = await admit()
      ticket.finish(OUTCOME)
      rig.says.redis = 'answers lost'
      await admit()
      rig.time.advance(100)
      await until(() => (rig.directory.entries.length === 2 ? true : undefined))
      expect(rig.directory.entries.map(kindOf).sort()).toEqual(['admitted', 'finished'])
    })

    it('voids a request that management refuses after its script was lost, as Redis may have it', async () => {
      rig = await startAdmissionRig()
      const limits = [{ scope: 'app', count: 1, periodMs: 60_000, burst: 1, allServices: false }] as const
      rig.says.redis = 'away'
      await admit({ limits })
      rig.says.redis = 'answers lost'
      expect(await rig.admission.admit(request({ limits }))).toMatchObject({ admitted: false })
      rig.says.redis = 'there'
      await rig.settled()
      const [first, ...others] = [...(await rig.streamed()), ...rig.directory.entries]
      const ofSecond = [first, ...others].filter((entry) => entry?.requestId === `req_${requests}`)
      expect(new Set(ofSecond.map((entry) => `${entry?.sequence} ${entry && kindOf(entry)}`))).toEqual(
        new Set(['2 admitted', '3 void']),
      )
    })

    it('refuses with UNAVAILABLE and records nothing when the script fails and management is away', async () => {
      rig = await startAdmissionRig()
      await rig.setTime('no number')
      rig.directory.says.record = 'away'
      await expect(rig.admission.admit(request())).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      expect(await onRecord()).toEqual([])
    })
  })
})

function harnessOf(rig: AdmissionRig): AdmissionHarness {
  return {
    admission: rig.admission,
    // An entry that reached both counts once: the drain drops the second copy, and so does this.
    async entries() {
      const byPlace = new Map<string, AccessEntry>()
      for (const entry of [...(await rig.streamed()), ...rig.directory.entries]) {
        const place = `${entry.shard} ${entry.sequence}`
        if (!byPlace.has(place)) byPlace.set(place, entry)
      }
      return [...byPlace.values()].map((entry) => ({ kind: kindOf(entry), requestId: String(entry.requestId) }))
    },
    be(state) {
      rig.says.redis = state
      rig.directory.says.record = state
    },
    advance: rig.advance,
    settled: rig.settled,
    close: rig.close,
  }
}
