import { createSecureContext } from 'node:tls'
import {
  ChannelCredentials,
  type ChannelOptions,
  type Client,
  InterceptingCall,
  type Interceptor,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { type Clock, systemClock } from '../clock.js'
import { Fault } from '../faults.js'
import { NO_RPC_WATCH, type RpcWatch } from '../telemetry/rpc-metrics.js'
import { traceparentOf } from '../telemetry/traces.js'
import { faultCodeOf, fromGrpcError, isAnswer } from './grpc-fault.js'
import { peerFromCertificate } from './spiffe.js'
import type { TlsMaterial, WatchedMaterial } from './tls-material.js'

/** A generated client's class. */
type ClientClass<Made extends Client> = new (
  address: string,
  credentials: ChannelCredentials,
  options?: ChannelOptions,
) => Made

export interface ChannelTarget {
  /** `host:port`. */
  readonly address: string
  /** The server's URI SAN; its host name is not checked. */
  readonly serverId: string
}

const LIMITS = {
  /** Longer than any deadline in use, so that calls under way on an old channel end by themselves. */
  oldChannelLifeMs: 11 * 60_000,
  /** Time between abandoning one silent connection and the next; doubles each time, until an answer arrives. */
  leaveFirstMs: 250,
  leaveMaxMs: 10_000,
} as const

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // Seconds at most: gRPC's default of two minutes would keep callers waiting after management or the vault is back.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  // If a name has several addresses, each client begins with a random one and goes on to the next after 250 ms.
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ pick_first: { shuffleAddressList: true } }] }),
}

/**
 * A client over mutual TLS 1.3 that follows changes of its certificates. Callers use `current()` for each call and
 * never keep its result.
 */
export interface ReloadingClient<Made extends Client> {
  current(): Made
  /**
   * Reports that this client got no answer: later calls use a new connection, which may lead to another replica. A call
   * whose deadline passed does this by itself. Needed because a process that hangs keeps its connections, and a
   * connection attempt to it would hang for ever: grpc-js has no time limit for a TLS handshake.
   */
  leave(silent: Made): void
  close(): void
}

interface ClientOptions {
  readonly clock?: Pick<Clock, 'monotonicMs'>
  readonly calls?: RpcWatch
}

export function createReloadingClient<Made extends Client>(
  Class: ClientClass<Made>,
  target: ChannelTarget,
  material: WatchedMaterial,
  { clock = systemClock, calls = NO_RPC_WATCH }: ClientOptions = {},
): ReloadingClient<Made> {
  const mayLeave = createLeavePace(clock)
  let client = connect(material.current())
  const retired = new Map<Made, NodeJS.Timeout>()
  const stopWatching = material.onChange((next) => {
    const old = client
    client = connect(next)
    const timer = setTimeout(() => retire(old), LIMITS.oldChannelLifeMs)
    timer.unref()
    retired.set(old, timer)
  })

  function connect(tls: TlsMaterial): Made {
    const made: Made = new Class(target.address, clientCredentials(tls, target.serverId), {
      ...CHANNEL_OPTIONS,
      // SNI takes a name and not an address (RFC 6066 § 3); only the URI SAN identifies the server.
      'grpc.ssl_target_name_override': trustDomainOf(target.serverId),
      interceptors: [withOutcome((code) => judge(made, code)), ...(calls === NO_RPC_WATCH ? [] : [watched(calls)])],
    })
    return made
  }

  function judge(made: Made, code: status): void {
    if (code === status.OK) mayLeave.answered()
    else if (code === status.DEADLINE_EXCEEDED) leave(made)
  }

  /**
   * Calls that have begun on the old channel continue; calls that still wait for its connection end, and may be tried
   * again.
   */
  function leave(silent: Made): void {
    if (silent !== client || !mayLeave.now()) return
    client = connect(material.current())
    silent.close()
  }

  function retire(old: Made): void {
    clearTimeout(retired.get(old))
    retired.delete(old)
    old.close()
  }

  return {
    current: () => client,
    leave,
    close() {
      stopWatching()
      for (const old of [...retired.keys()]) retire(old)
      client.close()
    },
  }
}

/** Reports the status with which each call ended. */
function withOutcome(ended: (code: status) => void): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) =>
        next(metadata, {
          onReceiveStatus(outcome, pass) {
            ended(outcome.code)
            pass(outcome)
          },
        }),
    })
}

/**
 * Measures unary calls and passes on the trace to which they belong. Streams live for minutes and belong to no trace.
 */
function watched(calls: RpcWatch): Interceptor {
  return (options, nextCall) => {
    const { path, requestStream, responseStream } = options.method_definition
    return new InterceptingCall(nextCall(options), {
      start(metadata, listener, next) {
        if (requestStream || responseStream) return next(metadata, listener)
        const call = calls.begin(path)
        if (call.span) metadata.set('traceparent', traceparentOf(call.span))
        next(metadata, {
          onReceiveStatus(outcome, pass) {
            call.ended(outcome.code === status.OK ? 'OK' : faultCodeOf(outcome))
            pass(outcome)
          },
        })
      },
    })
  }
}

/**
 * Limits how often connections are abandoned, so that a server that is away altogether does not get one new connection
 * after the other.
 */
function createLeavePace(clock: Pick<Clock, 'monotonicMs'>): { now(): boolean; answered(): void } {
  let leftAt = Number.NEGATIVE_INFINITY
  let left = 0
  return {
    now() {
      const atMs = clock.monotonicMs()
      if (atMs - leftAt < Math.min(LIMITS.leaveMaxMs, LIMITS.leaveFirstMs * 2 ** left)) return false
      leftAt = atMs
      left += 1
      return true
    },
    answered() {
      left = 0
    },
  }
}

function trustDomainOf(spiffeId: string): string {
  return new URL(spiffeId).hostname
}

function clientCredentials({ cert, key, ca }: TlsMaterial, serverId: string): ChannelCredentials {
  // Node keeps no session tickets unless asked, so every connection checks its peer.
  const context = createSecureContext({ cert, key, ca, minVersion: 'TLSv1.3' })
  return ChannelCredentials.createFromSecureContext(context, {
    checkServerIdentity(_host, certificate) {
      try {
        const { spiffeId } = peerFromCertificate(certificate)
        if (spiffeId === serverId) return undefined
        return new Fault('FORBIDDEN', `the server is ${spiffeId}, not ${serverId}`)
      } catch (err) {
        return err instanceof Error ? err : new Error('unreadable certificate')
      }
    },
  })
}

/** A generated unary method, bound. */
type UnaryMethod<Request, Response> = (
  request: Request,
  options: { deadline: Date },
  callback: (error: ServiceError | null, response?: Response) => void,
) => unknown

/**
 * Calls a unary method.
 *
 * @param deadlineMs from now.
 * @throws Fault: the one that the other side sent, or UNAVAILABLE.
 */
export async function callUnary<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  deadlineMs: number,
): Promise<Response> {
  return callUnaryAgain(method, request, [deadlineMs])
}

/**
 * Calls a unary method that is safe to call twice. If no answer arrives, it calls again, over what `current()` returns
 * by then.
 *
 * @param attemptsMs how long each attempt may take.
 * @throws Fault: the one that the other side sent, or UNAVAILABLE.
 */
export async function callUnaryAgain<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  attemptsMs: readonly number[],
): Promise<Response> {
  let last = new Fault('UNAVAILABLE', 'a call without an attempt')
  for (const deadlineMs of attemptsMs) {
    const outcome = await attempt(method, request, deadlineMs)
    if ('response' in outcome) return outcome.response
    last = outcome.fault
    if (outcome.answered) break
  }
  throw last
}

type Outcome<Response> =
  | { readonly response: Response }
  /** `answered`: the fault came from the other side and not from the connection. */
  | { readonly fault: Fault; readonly answered: boolean }

function attempt<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  deadlineMs: number,
): Promise<Outcome<Response>> {
  return new Promise((resolve) => {
    try {
      method(request, { deadline: new Date(Date.now() + deadlineMs) }, (error, response) => {
        if (error) resolve({ fault: fromGrpcError(error), answered: isAnswer(error) })
        else if (response !== undefined) resolve({ response })
        else resolve({ fault: new Fault('UNAVAILABLE', 'an answer without a message'), answered: true })
      })
    } catch (cause) {
      // A channel that was closed at shutdown throws instead of calling back.
      resolve({ fault: new Fault('UNAVAILABLE', 'the call could not begin', { cause }), answered: true })
    }
  })
}
