import { ServerInterceptingCall, type ServerInterceptingCallInterface, type ServerInterceptor } from '@grpc/grpc-js'
import { asFault, Fault } from '../faults.js'
import { NO_RPC_WATCH } from '../telemetry/rpc-metrics.js'
import { callStreamOf } from './call-stream.js'
import { peerOfCall } from './connection-peer.js'
import { toGrpcError } from './grpc-fault.js'
import { type Gate, logRefusal } from './grpc-server.js'
import type { UnfinishedCall, UnfinishedCalls } from './unfinished-calls.js'

/** A call without `grpc-encoding` has this one (gRPC over HTTP2, Requests). */
const UNCOMPRESSED = 'identity'

/**
 * Refuses by a call's headers, before a byte of its message is read: whoever may not call the method at all, whoever
 * compresses, and whoever has too many calls on their way. grpc-js reads a message whole, and inflates it, before it asks
 * the handler, so that a few kilobytes of somebody whose certificate opens nothing would take megabytes each. The handler
 * asks again (`admitCall`), for the peer. Refuses later, too, where the message does not come.
 */
export function refuseEarly(
  { authorize, log, calls = NO_RPC_WATCH }: Gate,
  unfinished: UnfinishedCalls,
): ServerInterceptor {
  return ({ path, requestStream }, call) => {
    const stream = callStreamOf(call)
    let message: UnfinishedCall | undefined
    let isSent = false

    function refuse(err: unknown): void {
      calls.begin(path).ended(asFault(err).code)
      // Proxies alone open streams: who is refused one stands where a proxy should, and somebody has to look.
      if (requestStream) log.error({ err, method: path }, 'a stream was refused')
      else logRefusal(log, path, err)
      call.sendStatus(toGrpcError(err))
    }

    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, pass) {
            try {
              const peer = peerOfCall(call)
              authorize(path, peer)
              refuseCompressed(call)
              message = unfinished.begin(peer.spiffeId, stream, refuse)
            } catch (err) {
              refuse(err)
              return
            }
            pass(metadata)
          },
          onReceiveMessage(received, pass) {
            if (requestStream) message?.whole()
            pass(received)
          },
          onReceiveHalfClose(pass) {
            isSent = true
            message?.over()
            pass()
          },
          onCancel() {
            message?.over()
            // Whoever goes on sending to a call that has been answered would keep what came of its message.
            if (!isSent) stream?.close()
          },
        }),
    })
  }
}

/** @throws Fault INVALID_REQUEST. The library keeps the encoding to itself, and has taken it out of the metadata. */
function refuseCompressed(call: ServerInterceptingCallInterface): void {
  const encoding: unknown = Reflect.get(call, 'incomingEncoding')
  if (encoding !== UNCOMPRESSED)
    throw new Fault('INVALID_REQUEST', `a message in encoding ${String(encoding)}`, {
      say: 'Send the message uncompressed.',
    })
}
