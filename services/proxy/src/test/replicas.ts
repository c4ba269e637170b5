import { connect, createServer, type Socket } from 'node:net'
import type { Client } from '@grpc/grpc-js'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { createReloadingClient, type ReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import {
  closeGrpcServer,
  createGrpcServer,
  listenGrpc,
  MutualTlsServerCredentials,
} from '@protectmyapi/service-kit/grpc/grpc-server'
import type { WatchedMaterial } from '@protectmyapi/service-kit/grpc/tls-material'

const SERVER_ID = 'spiffe://protectmyapi.local/ns/protectmyapi/sa/authority'

/**
 * Replicas of an authority over mutual TLS, behind one address. As in Kubernetes, new connections go to them in turn.
 */
export interface Replicas<Made extends Client> {
  readonly client: ReloadingClient<Made>
  /** Like SIGSTOP: the replica keeps its connections, accepts new ones, and does nothing more. */
  freeze(replica: number): void
  close(): Promise<void>
}

/** @param serve adds a service for the replica of that number. */
export async function startReplicas<Made extends Client>(
  Class: Parameters<typeof createReloadingClient<Made>>[0],
  count: number,
  serve: (server: ReturnType<typeof createGrpcServer>, replica: number) => void,
): Promise<Replicas<Made>> {
  const authority = await createAuthority()
  const material = async (spiffeId: string): Promise<WatchedMaterial> => {
    const { certPem, keyPem } = await authority.issue({ spiffeId })
    const read = { cert: Buffer.from(certPem), key: Buffer.from(keyPem), ca: Buffer.from(authority.certPem) }
    return { current: () => read, onChange: () => () => {}, stop: () => {} }
  }
  const serverMaterial = await material(SERVER_ID)
  const servers = Array.from({ length: count }, (_, replica) => {
    const server = createGrpcServer()
    serve(server, replica)
    return server
  })
  const ports = await Promise.all(
    servers.map((server) => listenGrpc(server, '127.0.0.1:0', new MutualTlsServerCredentials(serverMaterial))),
  )
  const door = await openDoor(ports)
  const client = createReloadingClient(
    Class,
    { address: `127.0.0.1:${door.port}`, serverId: SERVER_ID },
    await material('spiffe://protectmyapi.local/ns/protectmyapi/sa/proxy'),
  )
  return {
    client,
    freeze: door.freeze,
    async close() {
      client.close()
      await door.close()
      for (const server of servers) await closeGrpcServer(server, 0)
    },
  }
}

async function openDoor(ports: readonly number[]) {
  const frozen = new Set<number>()
  const open: { replica: number; sockets: readonly [Socket, Socket] }[] = []
  let turn = -1
  const door = createServer((from) => {
    turn += 1
    const replica = turn % ports.length
    const to = connect(ports[replica] ?? 0, '127.0.0.1')
    open.push({ replica, sockets: [from, to] })
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      one.on('data', (bytes) => {
        if (!frozen.has(replica)) other.write(bytes)
      })
      one.on('close', () => other.destroy())
      one.on('error', () => other.destroy())
    }
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  const address = door.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    freeze: (replica: number) => void frozen.add(replica),
    close: () =>
      new Promise<void>((resolve) => {
        door.close(() => resolve())
        for (const { sockets } of open) for (const socket of sockets) socket.destroy()
      }),
  }
}
