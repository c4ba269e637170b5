import { ServerInterceptingCall, type ServerInterceptingCallInterface, type ServerInterceptor } from '@grpc/grpc-js'
import { asFault, Fault } from '../faults.js'
import { NO_RPC_WATCH } from '../telemetry/rpc-metrics.js'
import { callStreamOf } from './call-stream.js'
import { peerOfCall } from './connection-peer.js'
import { toGrpcError } from './grpc-fault.js'
import { type Gate, logRefusal } from './grpc-server.js'
import type { UnfinishedCall, UnfinishedCalls } from './unfinished-calls.js'

/** The encoding of a call without `grpc-encoding` (gRPC over HTTP2, Requests). */
const UNCOMPRESSED = 'identity'

/**
 * Refuses calls by their headers, before a byte of the message is read: callers that may not use the method, compressed
 * messages, and callers with too many unfinished calls. grpc-js reads and inflates a whole message before it calls the
 * handler, so without this a caller whose certificate permits nothing could make a few kilobytes take megabytes each.
 * The handler checks again (`admitCall`), to get the peer. Also refuses later, if the message does not arrive.
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
      // Only proxies open streams, so a caller that is refused one should have been a proxy, and an operator has to
      // look.
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
            // Otherwise a caller that goes on sending to an answered call would keep the received part of its message
            // in memory.
            if (!isSent) stream?.close()
          },
        }),
    })
  }
}

/**
 * The library keeps the encoding in a private field, having removed it from the metadata.
 *
 * @throws Fault INVALID_REQUEST.
 */
function refuseCompressed(call: ServerInterceptingCallInterface): void {
  const encoding: unknown = Reflect.get(call, 'incomingEncoding')
  if (encoding !== UNCOMPRESSED)
    throw new Fault('INVALID_REQUEST', `a message in encoding ${String(encoding)}`, {
      say: 'Send the message uncompressed.',
    })
}
