import { EventEmitter, once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Response, Test } from 'supertest'
import { createCommitChange } from '../feed/commit-change.js'
import { createWaitUntilSeen, type WaitUntilSeen } from '../feed/wait-until-seen.js'

/** A proxy that has applied nothing until a writer waits for it. */
export interface LaggingProxy {
  readonly waitUntilSeen: WaitUntilSeen
  readonly commitChange: ReturnType<typeof createCommitChange>
  /** Sends a request while the proxy lags behind. `waited`: whether the answer came only after the proxy caught up. */
  heldUp(request: Test): Promise<{ waited: boolean; answer: Response }>
}

/** Higher than every number of the feed. */
const CAUGHT_UP = '9000000000000000'

export function laggingProxy(db: Knex): LaggingProxy {
  const waiters = new EventEmitter()
  const waitUntilSeen = createWaitUntilSeen({
    db,
    clock: systemClock,
    async sleep(ms) {
      waiters.emit('waits')
      await delay(ms)
    },
  })
  return {
    waitUntilSeen,
    commitChange: createCommitChange({ db, waitUntilSeen }),
    async heldUp(request) {
      const bootId = newId('boot')
      const horizon = db.raw(`now() + interval '1 hour'`)
      await db('proxies').insert({ boot_id: bootId, spiffe_id: 'spiffe://test', applied: -1, horizon_at: horizon })
      try {
        const answered = request.then((answer) => answer)
        const waited = await Promise.race([answered.then(() => false), once(waiters, 'waits').then(() => true)])
        await db('proxies').where('boot_id', bootId).update({ applied: CAUGHT_UP })
        return { waited, answer: await answered }
      } finally {
        await db('proxies').where('boot_id', bootId).delete()
      }
    },
  }
}
