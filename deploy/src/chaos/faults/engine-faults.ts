import type { TcpSwitch } from '../switch/tcp-switch.js'
import { type Fault, nothingToMend, signal } from './fault.js'

/** For how long the replica is cut off from the master before it is promoted. */
const LAGGING_MS = 300

/** A fast shutdown: connections are cut, nothing is lost. Postgres is started again after half a second. */
export const POSTGRES_RESTARTED: Fault = {
  kind: 'restarted',
  target: 'postgres',
  holdMs: { from: 500, to: 1_000 },
  begin(system) {
    signal(system, 'postgres', 'SIGINT')
    return Promise.resolve(nothingToMend)
  },
}

export const REDIS_RESTARTED: Fault = {
  kind: 'restarted',
  target: 'redis',
  holdMs: { from: 200, to: 800 },
  async begin({ redis }) {
    await redis.restart()
    return nothingToMend
  },
}

/** The append-only file keeps everything but the last second, and is loaded again. */
export const REDIS_KILLED: Fault = {
  kind: 'killed',
  target: 'redis',
  holdMs: { from: 500, to: 2_500 },
  async begin({ redis }) {
    await redis.kill()
    return () => redis.restart()
  },
}

export const REDIS_FLUSHED: Fault = {
  kind: 'flushed',
  target: 'redis',
  holdMs: { from: 100, to: 500 },
  async begin({ redis }) {
    await redis.flush()
    return nothingToMend
  },
}

/** Killed, and all its data deleted. */
export const REDIS_LOST: Fault = {
  kind: 'lost',
  target: 'redis',
  holdMs: { from: 200, to: 2_000 },
  async begin({ redis }) {
    await redis.lose()
    return () => redis.restart()
  },
}

export const REDIS_FROZEN: Fault = {
  kind: 'frozen',
  target: 'redis',
  holdMs: { from: 500, to: 2_500 },
  begin(system) {
    signal(system, 'redis', 'SIGSTOP')
    return Promise.resolve(() => {
      signal(system, 'redis', 'SIGCONT')
      return Promise.resolve()
    })
  },
}

/** No vault can connect to it. */
export const KMS_STOPPED: Fault = kmsFault('stopped', (kms) => kms.cut())

/** No vault gets an answer. */
export const KMS_SILENT: Fault = kmsFault('silent', (kms) => kms.pause())

function kmsFault(kind: string, spoil: (kms: TcpSwitch) => void): Fault {
  return {
    kind,
    target: 'kms',
    holdMs: { from: 2_000, to: 5_000 },
    begin({ links }) {
      for (const { kms } of links.vaults) spoil(kms)
      return Promise.resolve(() => {
        for (const { kms } of links.vaults) kms.mend()
        return Promise.resolve()
      })
    },
  }
}

/** The replica takes over without the last writes. */
export const REDIS_FAILED_OVER: Fault = {
  kind: 'failed over',
  target: 'redis',
  holdMs: { from: 500, to: 1_500 },
  async begin({ redis }) {
    await redis.failOver(LAGGING_MS)
    return () => redis.restore()
  },
}
