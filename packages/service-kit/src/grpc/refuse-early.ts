import { ServerInterceptingCall, type ServerInterceptingCallInterface, type ServerInterceptor } from '@grpc/grpc-js'
import { asFault, Fault } from '../faults.js'
import { NO_RPC_WATCH } from '../telemetry/rpc-metrics.js'
import { peerOfCall } from './connection-peer.js'
import { toGrpcError } from './grpc-fault.js'
import { type Gate, logRefusal } from './grpc-server.js'

/** A call without `grpc-encoding` has this one (gRPC over HTTP2, Requests). */
const UNCOMPRESSED = 'identity'

/**
 * Refuses by a call's headers, before a byte of its message is read: whoever may not call the method at all, and whoever
 * compresses. grpc-js reads a message whole, and inflates it, before it asks the handler, so that a few kilobytes of
 * somebody whose certificate opens nothing would take megabytes each. The handler asks again (`admitCall`), for the peer.
 */
export function refuseEarly({ authorize, log, calls = NO_RPC_WATCH }: Gate): ServerInterceptor {
  return ({ path, requestStream }, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, pass) {
            try {
              authorize(path, peerOfCall(call))
              refuseCompressed(call)
            } catch (err) {
              calls.begin(path).ended(asFault(err).code)
              // Proxies alone open streams: who is refused one stands where a proxy should, and somebody has to look.
              if (requestStream) log.error({ err, method: path }, 'a stream was refused')
              else logRefusal(log, path, err)
              call.sendStatus(toGrpcError(err))
              return
            }
            pass(metadata)
          },
        }),
    })
}

/** @throws Fault INVALID_REQUEST. The library keeps the encoding to itself, and has taken it out of the metadata. */
function refuseCompressed(call: ServerInterceptingCallInterface): void {
  const encoding: unknown = Reflect.get(call, 'incomingEncoding')
  if (encoding !== UNCOMPRESSED)
    throw new Fault('INVALID_REQUEST', `a message in encoding ${String(encoding)}`, {
      say: 'Send the message uncompressed.',
    })
}
