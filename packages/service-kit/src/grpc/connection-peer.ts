import type { ServerUnaryCall } from '@grpc/grpc-js'
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

/**
 * The HTTP/2 session that a call came by. grpc-js keeps it to itself, so its place is looked up with care: where it is
 * not found the certificate is read for each call, as grpc-js means it. A handler's call stands upon an interceptor's, and
 * that upon the stream's.
 */
function connectionOf(call: unknown): object | undefined {
  const ofStream = ['call', 'nextCall'].reduce((at, below) => fieldOf(at, below) ?? at, call)
  const session = ['stream', 'session'].reduce(fieldOf, ofStream)
  return typeof session === 'object' && session !== null ? session : undefined
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
