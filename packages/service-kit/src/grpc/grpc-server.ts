import { constants } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerOptions,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { asFault, Fault } from '../faults.js'
import type { Logger } from '../program/log.js'
import { NO_RPC_WATCH, type RpcWatch } from '../telemetry/rpc-metrics.js'
import { runInOpen } from '../telemetry/spans.js'
import { peerOfCall } from './connection-peer.js'
import { toGrpcError } from './grpc-fault.js'
import type { Peer } from './spiffe.js'
import type { TlsMaterial, WatchedMaterial } from './tls-material.js'

const LIMITS = {
  /** Time for a TLS handshake, before which no caller is identified. */
  handshakeMs: 10_000,
  /** Calls under way over one connection: a proxy has at most some 3,600 lookups, leases and admissions at once. */
  streamsMax: 4_096,
  /** Header fields of one call: the services send a deadline, a trace and a few names. */
  metadataBytesMax: 16 * 1024,
  /** 1,000 access entries of some 4 KB at most. */
  messageBytesMax: 4 * 1024 * 1024,
  /** Longest time that a connection outlives the withdrawal of its certificate. */
  connectionAgeMs: 10 * 60_000,
  connectionAgeGraceMs: 30_000,
} as const

/** RFC 9113 § 6.5.2. The library has an option for only one of them. */
const SETTINGS = { maxConcurrentStreams: LIMITS.streamsMax, maxHeaderListSize: LIMITS.metadataBytesMax } as const

/**
 * Mutual TLS 1.3. `ServerCredentials.createSsl` accepts TLS 1.2, hence this class; the base class allows the material
 * to be replaced under a listening server.
 */
export class MutualTlsServerCredentials extends ServerCredentials {
  /** @param handshakeTimeout in ms; shorter in tests. */
  constructor(material: WatchedMaterial, handshakeTimeout: number = LIMITS.handshakeMs) {
    super(
      { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3', handshakeTimeout, settings: SETTINGS },
      contextOf(material.current()),
    )
    material.onChange((next) => this.updateSecureContextOptions(contextOf(next)))
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other
  }
}

function contextOf({ cert, key, ca }: TlsMaterial): SecureContextOptions {
  // Without tickets no session is resumed, so each connection shows its certificate to the current CA.
  return { cert, key, ca, minVersion: 'TLSv1.3', secureOptions: constants.SSL_OP_NO_TICKET }
}

export function createGrpcServer(options: ServerOptions = {}): Server {
  return new Server({
    'grpc.max_receive_message_length': LIMITS.messageBytesMax,
    'grpc.max_send_message_length': LIMITS.messageBytesMax,
    'grpc.max_connection_age_ms': LIMITS.connectionAgeMs,
    'grpc.max_connection_age_grace_ms': LIMITS.connectionAgeGraceMs,
    ...options,
  })
}

/** Binds and listens; resolves to the port. */
export function listenGrpc(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => (error ? reject(error) : resolve(port)))
  })
}

/** Refuses new calls; those under way may end, and are cut after the grace period. */
export function closeGrpcServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.forceShutdown(), graceMs)
    server.tryShutdown(() => {
      clearTimeout(cut)
      resolve()
    })
  })
}

/** The common part of unary calls and streams. */
type AnyCall = Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext' | 'getDeadline' | 'getPath'>

export interface CallContext {
  readonly peer: Peer
  /** When the caller stops waiting. */
  readonly deadline: Date
}

export interface UnaryContext extends CallContext {
  /**
   * Runs the function once the answer has been serialised, or the call was refused: secrets in the answer may be wiped
   * then.
   */
  afterwards(run: () => void): void
}

/** Decides who may call a method. Throws FORBIDDEN. */
export type Authorize = (method: string, peer: Peer) => void

/**
 * Checks every call, not only every connection: certificate, permission and deadline, in this order.
 *
 * @throws Fault FORBIDDEN, or INVALID_REQUEST if there is no deadline.
 */
export function admitCall(call: AnyCall, authorize: Authorize): CallContext {
  const peer = peerOfCall(call)
  authorize(call.getPath(), peer)
  const deadline = call.getDeadline()
  if (deadline === Number.POSITIVE_INFINITY)
    throw new Fault('INVALID_REQUEST', 'call without a deadline', { say: 'Set a deadline on this call.' })
  return { peer, deadline: deadline instanceof Date ? deadline : new Date(deadline) }
}

/** What every call has to pass. */
export interface Gate {
  readonly authorize: Authorize
  readonly log: Logger
  readonly calls?: RpcWatch | undefined
}

/** Logs each refused call: as a warning, or as an error if the product itself failed. */
export function logRefusal(log: Logger, method: string, err: unknown): void {
  log[asFault(err).code === 'INTERNAL' ? 'error' : 'warn']({ err, method }, 'call refused')
}

/** Makes a unary handler from an async function. Whatever it throws is answered as a row of the fault table. */
export function unary<Request, Response>(
  { authorize, log, calls = NO_RPC_WATCH }: Gate,
  handle: (request: Request, context: UnaryContext) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>): void => {
    const after: (() => void)[] = []
    const watched = calls.begin(call.getPath(), () => call.metadata.get('traceparent')[0]?.toString())
    const running = (): Promise<Response> => run(call, (wipe) => void after.push(wipe))
    void (watched.span ? runInOpen(watched.span, running) : running())
      .then(
        // grpc-js serialises the answer before this returns.
        (response) => {
          answer(null, response)
          watched.ended('OK')
        },
        (err: unknown) => {
          watched.ended(asFault(err).code)
          logRefusal(log, call.getPath(), err)
          answer(toGrpcError(err))
        },
      )
      .finally(() => {
        for (const wipe of after) wipe()
      })
  }

  async function run(
    call: ServerUnaryCall<Request, Response>,
    afterwards: UnaryContext['afterwards'],
  ): Promise<Response> {
    return handle(call.request, { ...admitCall(call, authorize), afterwards })
  }
}
