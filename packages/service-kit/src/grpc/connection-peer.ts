import type { ServerUnaryCall } from '@grpc/grpc-js'
import { fieldOf, streamOf } from './call-stream.js'
import { type Peer, peerFromCertificate } from './spiffe.js'

/**
 * Peers by connection. TLS 1.3 has no renegotiation, and Node asks for no certificate after the handshake, so the peer
 * of a connection never changes.
 */
const peers = new WeakMap<object, Peer>()

/**
 * The peer of a call, read from its certificate once per connection: Node builds an object of the whole certificate
 * each time, which costs as much as the rest of a small call.
 *
 * @throws Fault FORBIDDEN as `peerFromCertificate`.
 */
export function peerOfCall(call: Pick<ServerUnaryCall<unknown, unknown>, 'getAuthContext'>): Peer {
  const connection = connectionOf(call)
  const known = connection && peers.get(connection)
  if (known) return known
  const peer = peerFromCertificate(call.getAuthContext()?.sslPeerCertificate)
  if (connection) peers.set(connection, peer)
  return peer
}

/** The HTTP/2 session of a call. If it is not found, the certificate is read for each call, as grpc-js intends. */
function connectionOf(call: unknown): object | undefined {
  const session = fieldOf(streamOf(call), 'session')
  return typeof session === 'object' && session !== null ? session : undefined
}
