import type { LoadJob, LoadResult } from '../load/jobs.js'
import { cpuMs } from '../measure/cpu-time.js'
import { median, quantile, rangeOf } from '../measure/statistics.js'
import { buySession } from '../rig/provision.js'
import { needRedis, type Rig } from '../rig/rig.js'
import { jsonPost } from '../rig/shots.js'
import { defineRow, type Taken } from '../row.js'

const LIMITS = { connections: 32, warmMs: 3_000, roundMs: 1_500, graceMs: 20_000 } as const

const WHAT = `one app, ${LIMITS.connections} connections: over two proxies / over one`

/** Draws on one app's buckets, shard and session, by one proxy, and by two at once with half of the clients each. */
export const hotKey = defineRow({
  name: 'hot-key',
  figures: {
    cpu: { what: `${WHAT}, CPU time a request`, unit: 'ratio', goal: 'reported' },
    p50: { what: `${WHAT}, latency, p50`, unit: 'ratio', goal: 'reported' },
    p99: { what: `${WHAT}, latency, p99`, unit: 'ratio', goal: 'reported' },
  },
  async measure(rig) {
    needRedis(rig)
    const crowd = await crowdOf(rig)
    for (const proxies of [1, 2] as const) await crowd(proxies, LIMITS.warmMs)
    const pairs: { one: Round; two: Round }[] = []
    for (let round = 1; round <= rig.rounds; round += 1) {
      pairs.push({ one: await crowd(1, LIMITS.roundMs), two: await crowd(2, LIMITS.roundMs) })
    }
    const taken = (of: (round: Round) => number, unit: string): Taken => {
      const ratios = pairs.map(({ one, two }) => of(two) / of(one))
      const told = (which: 'one' | 'two'): string => median(pairs.map((pair) => of(pair[which]))).toFixed(1)
      const [low, high] = rangeOf(ratios)
      return {
        value: median(ratios),
        note: `${low.toFixed(2)}–${high.toFixed(2)}; ${told('two')} and ${told('one')} ${unit}`,
      }
    }
    return {
      cpu: taken(({ cpuUs }) => cpuUs, 'µs'),
      p50: taken(({ delaysMs }) => quantile(delaysMs, 0.5), 'ms'),
      p99: taken(({ delaysMs }) => quantile(delaysMs, 0.99), 'ms'),
    }
  },
})

interface Round {
  /** Of all measured proxies together. */
  readonly cpuUs: number
  readonly delaysMs: readonly number[]
}

type Crowd = (proxies: 1 | 2, msMax: number) => Promise<Round>

async function crowdOf(rig: Rig): Promise<Crowd> {
  const { system, pinning } = rig
  const service = await rig.service('fixed')
  const session = await buySession(system.config.ports.proxy, rig.app)
  const first = await rig.proxy('redis')
  const second = { pid: system.pids().get('proxy-2') ?? 0, port: system.config.ports.proxy + 1 }
  await pinning.measured(second.pid)
  const helper = await rig.worker<LoadJob, LoadResult>('load', [], pinning.helper)
  const loads: readonly Rig['load'][] = [rig.load, (job, withinMs) => helper.run(job, withinMs)]
  return async (proxies, msMax) => {
    const asked = [first, second].slice(0, proxies)
    const cpu = async (): Promise<number> => {
      const each = await Promise.all(asked.map(({ pid }) => cpuMs(pid)))
      return each.reduce((sum, ms) => sum + ms, 0)
    }
    const before = await cpu()
    const results = await Promise.all(
      asked.map(({ port }, at) => {
        const shot = jsonPost(port, service, session)
        const connections = LIMITS.connections / proxies
        return loads[at]?.({ kind: 'impatient', shot, connections, msMax }, msMax + LIMITS.graceMs)
      }),
    )
    const delaysMs = results.flatMap((result) => result?.delaysMs ?? [])
    return { cpuUs: (((await cpu()) - before) * 1_000) / delaysMs.length, delaysMs }
  }
}
