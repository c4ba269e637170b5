import { setTimeout as sleep } from 'node:timers/promises'
import { withRedis } from '../../system/with-redis.js'
import type { Pace } from './open-delays.js'

/**
 * How long Redis takes for the least it can be asked for, in milliseconds, at a rate that keeps nothing busy: what of
 * an admission's delay is the machine's. @throws Error where it does not answer.
 */
export function redisDelays(url: string, pace: Pick<Pace, 'perSecond' | 'requests'>): Promise<readonly number[]> {
  return withRedis(url, async (client) => {
    const delaysMs: number[] = []
    for (let request = 0; request < pace.requests; request += 1) {
      await sleep(1_000 / pace.perSecond)
      const startedMs = performance.now()
      await client.ping()
      delaysMs.push(performance.now() - startedMs)
    }
    return delaysMs
  })
}
