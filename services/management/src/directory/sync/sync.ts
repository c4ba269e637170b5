import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { SyncReply } from '@protectmyapi/protos/generated/directory/v1/SyncReply'
import type { SyncRequest__Output } from '@protectmyapi/protos/generated/directory/v1/SyncRequest'
import { asFault, Fault } from '@protectmyapi/service-kit/faults'
import { toGrpcError } from '@protectmyapi/service-kit/grpc/grpc-fault'
import { type Authorize, admitCall, type CallContext } from '@protectmyapi/service-kit/grpc/grpc-server'
import { outageAsFault } from '@protectmyapi/service-kit/postgres/outage-as-fault'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { Feed } from '../../feed/build-feed.js'
import { readFeed } from '../../feed/read-feed.js'
import { feedRowToWire } from './feed-wire.js'
import { createSyncSession, type SyncSession } from './sync-stream.js'

const LIMITS = {
  /** A stream must end, because its certificate and permission are checked only when it opens. */
  streamMsMax: 10 * 60_000,
  /** Tolerance for the deadline that the caller sets, because clocks differ and a call takes time to arrive. */
  skewMs: 5_000,
} as const

type Call = ServerDuplexStream<SyncRequest__Output, SyncReply>

export interface SyncDeps {
  readonly db: Knex
  readonly feed: Pick<Feed, 'tail' | 'recordSync'>
  readonly horizonMs: number
  readonly authorize: Authorize
  readonly log: Logger
}

/** The Sync streams of this process. */
export interface SyncStreams {
  handle(call: Call): void
  /** At shutdown: each proxy opens another stream, to another replica. */
  cutAll(): void
  /** How many are open. */
  size(): number
}

/** Directory.Sync: streams of Syncs, each recorded and answered, with pushes between. */
export function syncHandler(deps: SyncDeps): SyncStreams {
  const open = new Set<Call>()
  return {
    handle(call) {
      open.add(call)
      Promise.resolve()
        .then(() => serve(call, deps))
        .catch((thrown: unknown) => {
          const fault = asFault(outageAsFault(thrown))
          // An error, because neither a Sync for another proxy's boot nor a certificate that is no proxy's passes by
          // itself.
          deps.log[fault.code === 'FORBIDDEN' ? 'error' : 'warn'](
            { err: fault, method: call.getPath() },
            'a Sync stream was refused',
          )
          call.emit('error', toGrpcError(fault))
        })
        .finally(() => open.delete(call))
    },
    cutAll() {
      for (const call of open) call.end()
    },
    size: () => open.size,
  }
}

function serve(call: Call, deps: SyncDeps): Promise<void> {
  const context = admitCall(call, deps.authorize)
  if (context.deadline.getTime() > Date.now() + LIMITS.streamMsMax + LIMITS.skewMs) {
    throw new Fault('INVALID_REQUEST', 'a Sync stream with too long a deadline', {
      say: 'Set a deadline of at most 10 minutes.',
    })
  }
  const session = open(call, deps)
  return oneAtATime(call, (request) => answer(session, request, context, deps)).finally(session.close)
}

/**
 * Handles one request after the other, so that a proxy that floods waits for its own answers. Uses events and not `for
 * await`, which destroys a stream that fails, and with it the refusal that was still to be sent. Settles when the
 * caller is done or gone.
 *
 * @throws whatever the handling of a request throws.
 */
function oneAtATime(call: Call, handle: (request: SyncRequest__Output) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    call.on('data', (request: SyncRequest__Output) => {
      call.pause()
      handle(request).then(
        () => call.resume(),
        (thrown: unknown) => reject(thrown),
      )
    })
    call.once('end', () => {
      call.end()
      resolve()
    })
    // The refusal itself is logged where it is made.
    call.once('error', () => resolve())
    call.once('cancelled', () => resolve())
  })
}

function answer(
  session: SyncSession,
  request: SyncRequest__Output,
  { peer }: CallContext,
  { horizonMs }: SyncDeps,
): Promise<void> {
  const { bootId, proof, syncId, applied } = request
  return session.sync(syncId, { bootId, proof, spiffeId: peer.spiffeId, applied, horizonMs })
}

function open(call: Call, { db, feed, horizonMs, log }: SyncDeps): SyncSession {
  return createSyncSession({
    tail: feed.tail,
    cut: (why) => {
      log.warn({ err: why }, 'a Sync stream was cut')
      call.emit('error', toGrpcError(why))
    },
    record: feed.recordSync,
    read: (applied) => readFeed(db, applied),
    wire: {
      answer: (syncId, { rows, through, more, reset }) => {
        // ECHO: the Sync that this answers. HGRANTED: the horizon that was recorded for it.
        call.write({ answer: { syncId, rows: rows.map(feedRowToWire), through, more, reset, horizonMs } })
      },
      push: (row) => call.write({ push: feedRowToWire(row) }),
      unsent: () => call.writableLength,
    },
  })
}
