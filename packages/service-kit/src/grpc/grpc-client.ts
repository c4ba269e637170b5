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
  /** The server's URI SAN; its host name says nothing. */
  readonly serverId: string
}

const LIMITS = {
  /** Longer than any deadline that is set: calls under way on an old channel end by themselves. */
  oldChannelLifeMs: 11 * 60_000,
  /** Between leaving one silent connection and leaving the next: twice as long each time, until somebody answers. */
  leaveFirstMs: 250,
  leaveMaxMs: 10_000,
} as const

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // Seconds at most: who waits for an authority that came back must not wait for gRPC's default of two minutes.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
  // Where a name has several addresses: each client begins with another, and goes on to the next after 250 ms.
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ pick_first: { shuffleAddressList: true } }] }),
}

/** A client over mutual TLS 1.3 that takes up new certificates: calls go through `current()`, never through a kept one. */
export interface ReloadingClient<Made extends Client> {
  current(): Made
  /**
   * Nobody answers over this one: what comes next goes over a new connection, which may lead to another replica. A call
   * whose deadline passed does so by itself. A process that hangs keeps its connections, and one that is being made
   * to it would hang for ever: grpc-js gives a TLS handshake no time.
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
      // TLS wants a name and not an address for SNI (RFC 6066 § 3); who answers is judged by the URI SAN alone.
      'grpc.ssl_target_name_override': trustDomainOf(target.serverId),
      interceptors: [withOutcome((code) => judge(made, code)), ...(calls === NO_RPC_WATCH ? [] : [watched(calls)])],
    })
    return made
  }

  function judge(made: Made, code: status): void {
    if (code === status.OK) mayLeave.answered()
    else if (code === status.DEADLINE_EXCEEDED) leave(made)
  }

  /** What has begun on it goes on; what still waits for its connection ends, and may be tried again. */
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

/** How each call ended, by its status. */
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

/** Tells of unary calls, and takes the trace along that they are part of. Streams live for minutes, and are part of none. */
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

/** An authority that is away altogether is not knocked at by one new connection after the other. */
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
  // No session tickets are kept (Node keeps none unless asked), so every connection checks its peer.
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
 * @throws Fault: the other side's, or UNAVAILABLE.
 */
export async function callUnary<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  deadlineMs: number,
): Promise<Response> {
  return callUnaryAgain(method, request, [deadlineMs])
}

/**
 * Calls a unary method that may be called twice: where nobody answers, again, over what is `current()` by then.
 *
 * @param attemptsMs how long each attempt may take.
 * @throws Fault: the other side's, or UNAVAILABLE.
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
  /** `answered`: by the other side, and not by the way to it. */
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
      // A channel that was closed, at shutdown, throws instead of calling back.
      resolve({ fault: new Fault('UNAVAILABLE', 'the call could not begin', { cause }), answered: true })
    }
  })
}
