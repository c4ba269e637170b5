import { randomBytes } from 'node:crypto'
import type { SyncReply__Output } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import type { SyncRequest } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { SYNC_PROOF_BYTES } from '@protectmyapi/service-kit/credentials/sync-proof'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { FeedState } from './keeper.js'
import { createPatience } from './patience.js'
import { jittered, type Schedule } from './schedule.js'
import { createSyncSession, type SyncSession } from './sync-session.js'

const LIMITS = {
  /**
   * How long a Sync may go without any sign of an answer. After that the stream is given up, because another management
   * may answer.
   */
  patience: { msMin: 250, msMax: 5_000 },
  /** Below the 10 minutes that a stream may last, so that the next one is open before this one is cut. */
  streamMs: 9 * 60_000,
  /** Between two attempts, jittered, so that the proxy is back within seconds of the authority's return. */
  backoffFirstMs: 100,
  backoffMaxMs: 1_000,
  /** The longest time between two looks at the stream. */
  lookMs: 1_000,
  /** The shortest time between two Syncs, whatever horizon management names. */
  syncEveryMsMin: 50,
} as const

/** One open Sync stream. */
interface SyncStream {
  send(request: SyncRequest): void
  /** After this, no event of the stream is reported. */
  cancel(): void
  /** As `cancel`, and the next stream uses another connection, which may lead to another management. */
  giveUp(): void
}

/** Events of a stream. `ended` comes once, whatever the reason. */
export interface SyncEvents {
  reply(reply: SyncReply__Output): void
  ended(reason: unknown): void
}

export type OpenSyncStream = (events: SyncEvents) => SyncStream

export interface SyncKeeping {
  /** Resolves with the first answered Sync. */
  readonly answered: Promise<void>
  stop(): void
}

interface Deps {
  readonly feed: FeedState
  readonly open: OpenSyncStream
  readonly bootId: string
  readonly clock: Clock
  readonly schedule: Schedule
  readonly log: Logger
}

/** Keeps one Sync stream open for as long as the process lives, through restarts and absences of management. */
export function keepSynced({ feed, open, bootId, clock, schedule, log }: Deps): SyncKeeping {
  // BOOT: one for the process, like its id. It is sent in Syncs alone, because whoever has it can speak for this proxy.
  const proof = randomBytes(SYNC_PROOF_BYTES)
  const patience = createPatience(LIMITS.patience)
  let failures = 0
  let close = (): void => {}
  let stopped = false
  let onAnswered = (): void => {}
  const answered = new Promise<void>((resolve) => {
    onAnswered = resolve
  })

  function connect(): void {
    const session = createSyncSession({ feed, clock, bootId, proof })
    const openedAt = clock.monotonicMs()
    let over = false
    let cancelLook = (): void => {}
    const stream = open({ reply: onReply, ended: (reason) => finish(reason, backoffMs()) })
    close = () => finish('stopped', 0)
    stream.send(session.request())
    look()

    function onReply(reply: SyncReply__Output): void {
      if (over) return
      const tookMs = session.waitingMs()
      if (session.receive(reply)) {
        failures = 0
        patience.answered(tookMs, session.horizonMs())
        onAnswered()
        // From here on the horizon is known, or has changed, so the next look may have to come sooner.
        cancelLook()
        look()
      }
      if (!over && session.due()) stream.send(session.request())
    }

    function look(): void {
      cancelLook = schedule(look, Math.min(LIMITS.lookMs, syncEveryMs(session) / 4))
      if (session.waitingMs() > patience.ms()) giveUp()
      else if (clock.monotonicMs() - openedAt > LIMITS.streamMs) finish('the stream is old', 0)
      else if (session.idleMs() >= syncEveryMs(session)) stream.send(session.request())
    }

    function giveUp(): void {
      patience.exhausted()
      stream.giveUp()
      finish('a Sync went unanswered', backoffMs())
    }

    function finish(reason: unknown, againInMs: number): void {
      if (over) return
      over = true
      cancelLook()
      stream.cancel()
      if (stopped) return
      const told = { err: reason, againInMs: Math.round(againInMs) }
      if (isRefusal(reason))
        log.error(told, 'management refuses this proxy’s Syncs: the proxy serves only until its horizon')
      else log.info(told, 'the Sync stream ended: another is opened')
      close = schedule(connect, againInMs)
    }
  }

  function backoffMs(): number {
    failures += 1
    return jittered(Math.min(LIMITS.backoffMaxMs, LIMITS.backoffFirstMs * 2 ** (failures - 1)))
  }

  connect()
  return {
    answered,
    stop() {
      stopped = true
      close()
    },
  }
}

/**
 * Another process speaks for this boot, or management does not accept this one as a proxy. Neither passes by itself.
 */
const isRefusal = (reason: unknown): boolean => reason instanceof Fault && reason.code === 'FORBIDDEN'

/**
 * A third of the horizon. Before it is known, twice the longest patience, so that a stream without an answer is given
 * up before a second Sync is due.
 */
function syncEveryMs(session: SyncSession): number {
  const horizonMs = session.horizonMs()
  return horizonMs === undefined ? LIMITS.patience.msMax * 2 : Math.max(LIMITS.syncEveryMsMin, horizonMs / 3)
}
