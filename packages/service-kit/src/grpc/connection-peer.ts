import type { ServerUnaryCall } from '@grpc/grpc-js'
import { fieldOf, streamOf } from './call-stream.js'
import { type Peer, peerFromCertificate } from './spiffe.js'

/**
 * By connection. TLS 1.3 has no renegotiation, and Node asks nobody for a certificate after the handshake: who is at the
 * other end of a connection stays the same for as long as it lasts.
 */
const peers = new WeakMap<object, Peer>()

/**
 * The peer of a call, read from its certificate once a connection: Node makes an object of the whole certificate each
 * time, which costs as much as the rest of a small call.
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

/** The HTTP/2 session that a call came by. Where it is not found the certificate is read for each call, as grpc-js means it. */
function connectionOf(call: unknown): object | undefined {
  const session = fieldOf(streamOf(call), 'session')
  return typeof session === 'object' && session !== null ? session : undefined
}
