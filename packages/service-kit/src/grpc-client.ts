import { createSecureContext } from 'node:tls'
import { ChannelCredentials, type ChannelOptions, type Client, type ServiceError } from '@grpc/grpc-js'
import { Fault } from './faults.js'
import { fromGrpcError } from './grpc-fault.js'
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

/** Longer than any deadline that is set: calls under way on an old channel end by themselves. */
const OLD_CHANNEL_LIFE_MS = 11 * 60_000

const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5_000,
  // Seconds at most: who waits for an authority that came back must not wait for gRPC's default of two minutes.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.max_receive_message_length': 16 * 1024 * 1024,
}

/** A client over mutual TLS 1.3 that takes up new certificates: calls go through `current()`, never through a kept one. */
export interface ReloadingClient<Made extends Client> {
  current(): Made
  close(): void
}

export function createReloadingClient<Made extends Client>(
  Class: ClientClass<Made>,
  target: ChannelTarget,
  material: WatchedMaterial,
): ReloadingClient<Made> {
  let client = connect(material.current())
  const retired = new Map<Made, NodeJS.Timeout>()
  const stopWatching = material.onChange((next) => {
    const old = client
    client = connect(next)
    const timer = setTimeout(() => retire(old), OLD_CHANNEL_LIFE_MS)
    timer.unref()
    retired.set(old, timer)
  })

  function connect(tls: TlsMaterial): Made {
    return new Class(target.address, clientCredentials(tls, target.serverId), {
      ...CHANNEL_OPTIONS,
      // TLS wants a name and not an address for SNI (RFC 6066 § 3); who answers is judged by the URI SAN alone.
      'grpc.ssl_target_name_override': trustDomainOf(target.serverId),
    })
  }

  function retire(old: Made): void {
    clearTimeout(retired.get(old))
    retired.delete(old)
    old.close()
  }

  return {
    current: () => client,
    close() {
      stopWatching()
      for (const old of [...retired.keys()]) retire(old)
      client.close()
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
export function callUnary<Request, Response>(
  method: UnaryMethod<Request, Response>,
  request: Request,
  deadlineMs: number,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    try {
      method(request, { deadline: new Date(Date.now() + deadlineMs) }, (error, response) => {
        if (error) reject(fromGrpcError(error))
        else if (response === undefined) reject(new Fault('UNAVAILABLE', 'an answer without a message'))
        else resolve(response)
      })
    } catch (cause) {
      // A channel that was closed, at shutdown, throws instead of calling back.
      reject(new Fault('UNAVAILABLE', 'the call could not begin', { cause }))
    }
  })
}
