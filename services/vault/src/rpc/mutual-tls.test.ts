import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { Metadata, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Issued } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { memoryLog } from '@protectmyapi/dev-kit/memory-log'
import { until } from '@protectmyapi/dev-kit/until'
import type { SettleVersionRequest__Output } from '@protectmyapi/protos/generated/vault/v1/SettleVersionRequest'
import type { SettleVersionResponse } from '@protectmyapi/protos/generated/vault/v1/SettleVersionResponse'
import { Vault } from '@protectmyapi/protos/vault'
import { callUnary, createReloadingClient } from '@protectmyapi/service-kit/grpc/grpc-client'
import {
  closeGrpcServer,
  createGrpcServer,
  listenGrpc,
  MutualTlsServerCredentials,
  unary,
} from '@protectmyapi/service-kit/grpc/grpc-server'
import type { Peer } from '@protectmyapi/service-kit/grpc/spiffe'
import { type WatchedMaterial, watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { createIdentities, fixedMaterial, type Identities, idOf } from '../test/identities.js'
import { authorizeBy } from './access.js'

const POLL_MS = 20
const REQUEST = { organizationId: 'org_a', secretId: 'sec_a', versionId: 'ver_a' }

let identities: Identities
let server: Awaited<ReturnType<typeof startServer>>
beforeAll(async () => {
  identities = await createIdentities()
  server = await startServer()
})
afterAll(async () => {
  await server.close()
  await identities.remove()
})

/** A server with one method, which answers when it is allowed to. It notes its callers. */
async function startServer(handshakeMs?: number) {
  const files = await identities.files('vault')
  const logged = memoryLog()
  const material = await watchMaterial(files, logged.log, POLL_MS)
  const peers: Peer[] = []
  let gate: Promise<void> = Promise.resolve()
  const settle = async (
    _request: SettleVersionRequest__Output,
    { peer }: { peer: Peer },
  ): Promise<SettleVersionResponse> => {
    peers.push(peer)
    await gate
    return { settlement: 'SETTLEMENT_STORED' }
  }
  const grpc = createGrpcServer()
  const rules = { authorize: authorizeBy('protectmyapi.local', 'protectmyapi'), log: logged.log }
  grpc.addService(Vault.service, { SettleVersion: unary(rules, settle) })
  const port = await listenGrpc(grpc, '127.0.0.1:0', new MutualTlsServerCredentials(material, handshakeMs))
  return {
    port,
    files,
    peers,
    logged,
    hold(): () => void {
      let open = (): void => undefined
      gate = new Promise((resolve) => {
        open = resolve
      })
      return () => open()
    },
    async close() {
      material.stop()
      await closeGrpcServer(grpc, 1_000)
    },
  }
}

function clientOf(material: WatchedMaterial, serverId = idOf('vault')) {
  const made = createReloadingClient(Vault, { address: `127.0.0.1:${server.port}`, serverId }, material)
  return {
    settle: (deadlineMs = 3_000) => {
      const client = made.current()
      return callUnary(client.settleVersion.bind(client) as Settle, REQUEST, deadlineMs)
    },
    raw: () => made.current(),
    close: () => made.close(),
  }
}

type Settle = Parameters<typeof callUnary<typeof REQUEST, SettleVersionResponse>>[0]

async function settleWith(
  issued: Issued,
  caPem = identities.authority.certPem,
  serverId?: string,
): Promise<SettleVersionResponse> {
  const client = clientOf(fixedMaterial(issued, caPem), serverId)
  try {
    return await client.settle(1_000)
  } finally {
    client.close()
  }
}

describe('mutual TLS', () => {
  it('admits a caller by its identity, and passes identity and thumbprint to the handler', async () => {
    const issued = await identities.issue('management')
    await expect(settleWith(issued)).resolves.toEqual({ settlement: 'SETTLEMENT_STORED' })
    expect(server.peers.at(-1)?.spiffeId).toBe(idOf('management'))
    expect(server.peers.at(-1)?.thumbprint).toMatch(/^[\w-]{43}$/)
  })

  it('refuses a handshake limited to TLS 1.2, and speaks TLS 1.3 with the same certificate', async () => {
    const issued = await identities.issue('management')
    await expect(handshake(issued, { maxVersion: 'TLSv1.2' })).rejects.toMatchObject({
      code: expect.stringContaining('PROTOCOL_VERSION'),
    })
    const socket = await handshake(issued, {})
    expect(socket.getProtocol()).toBe('TLSv1.3')
    socket.destroy()
  })

  it('refuses a caller without a certificate, or with one that is of another CA, expired or not yet valid', async () => {
    const stranger = await createIdentities()
    const dayMs = 86_400_000
    const expired = await identities.issue('management', {
      notBefore: new Date(Date.now() - 2 * dayMs),
      notAfter: new Date(Date.now() - dayMs),
    })
    const early = await identities.issue('management', { notBefore: new Date(Date.now() + dayMs) })
    const before = server.peers.length
    for (const issued of [await stranger.issue('management'), expired, early]) {
      await expect(settleWith(issued)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    }
    await expect(deafHandshake()).rejects.toThrow()
    expect(server.peers.length).toBe(before)
    await stranger.remove()
  })

  it('refuses a caller whose certificate names no SPIFFE identity with FORBIDDEN', async () => {
    for (const request of [
      { dnsNames: ['management'] },
      { commonName: idOf('management') },
      { spiffeId: 'https://protectmyapi.local/management' },
    ]) {
      await expect(settleWith(await identities.authority.issue(request))).rejects.toMatchObject({ code: 'FORBIDDEN' })
    }
  })

  it('makes the client refuse a server of another CA, or with another identity than the expected one', async () => {
    const stranger = await createIdentities()
    const issued = await identities.issue('management')
    await expect(settleWith(issued, stranger.authority.certPem)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(settleWith(issued, identities.authority.certPem, idOf('proxy'))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    await stranger.remove()
  })

  it('resumes no session, so that each connection shows its certificate', async () => {
    const issued = await identities.issue('management')
    const first = await handshake(issued, {})
    const sessions: Buffer[] = []
    first.on('session', (session: Buffer) => sessions.push(session))
    // HTTP/2's first bytes make the server write, and with its answer any session tickets.
    first.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0')
    await new Promise((resolve) => first.once('data', resolve))
    first.destroy()
    for (const session of sessions) {
      const second = await handshake(issued, { session })
      expect(second.isSessionReused()).toBe(false)
      second.destroy()
    }
  })

  it('refuses a call without a deadline', async () => {
    const client = clientOf(fixedMaterial(await identities.issue('management'), identities.authority.certPem))
    const refused = new Promise((resolve, reject) => {
      client.raw().settleVersion(REQUEST, (error, answer) => (error ? reject(error) : resolve(answer)))
    })
    await expect(refused).rejects.toMatchObject({ details: 'INVALID_REQUEST' })
    client.close()
  })

  it('drops no call while both sides’ certificates are rotated, and uses the new ones afterwards', async () => {
    const files = await identities.files('management')
    const material = await watchMaterial(files, memoryLog().log, POLL_MS)
    const client = clientOf(material)
    await client.settle()
    const oldPeer = server.peers.at(-1)
    const release = server.hold()
    const underWay = client.settle()
    await until(() => (server.peers.length > 1 && server.peers.at(-1)) || undefined)

    const oldServer = await servedCertificate()
    await identities.write(files, await identities.issue('management'))
    await identities.write(server.files, await identities.issue('vault'))
    release()
    const calls = [underWay]
    await until(async () => {
      const call = client.settle()
      calls.push(call)
      await call
      const rotated =
        server.peers.at(-1)?.thumbprint !== oldPeer?.thumbprint && (await servedCertificate()) !== oldServer
      return rotated || undefined
    })
    const outcomes = await Promise.all(calls)
    expect(outcomes.every(({ settlement }) => settlement === 'SETTLEMENT_STORED')).toBe(true)
    client.close()
    material.stop()
  }, 15_000)

  it('keeps serving with the old certificate while a rotation is half done, and logs that', async () => {
    const before = await servedCertificate()
    const next = await identities.issue('vault')
    await identities.write(server.files, { certPem: next.certPem })
    await until(() => server.logged.text().includes('cannot be read') || undefined)
    expect(await servedCertificate()).toBe(before)
    await expect(settleWith(await identities.issue('management'))).resolves.toBeDefined()
    await identities.write(server.files, { keyPem: next.keyPem })
    await until(async () => (await servedCertificate()) !== before || undefined)
  }, 15_000)
})

describe('a caller that takes too much', () => {
  const metadataOf = (bytes: number): Metadata => {
    const metadata = new Metadata()
    metadata.set('bomb', 'a'.repeat(bytes))
    return metadata
  }
  const MESSAGE_BYTES_MAX = 4 * 1024 * 1024
  // The message has two ids of five bytes; the three fields take a tag of one byte each, and a length of one, one and
  // four bytes.
  const filled = (bytes: number) => ({ ...REQUEST, versionId: 'x'.repeat(bytes - 19) })

  it.each([
    ['with a message as large as may be', filled(MESSAGE_BYTES_MAX), new Metadata(), status.OK],
    ['with a message of one byte more', filled(MESSAGE_BYTES_MAX + 1), new Metadata(), status.RESOURCE_EXHAUSTED],
    ['with metadata of 15 KiB', REQUEST, metadataOf(15 * 1024), status.OK],
    ['with metadata of 16 KiB, and the names', REQUEST, metadataOf(16 * 1024), status.RESOURCE_EXHAUSTED],
  ])('%s gets one status, and the next call over the connection is served', async (_how, request, metadata, code) => {
    const issued = await identities.issue('management')
    const client = clientOf(fixedMaterial(issued, identities.authority.certPem))
    const answered = await new Promise((resolve) => {
      const deadline = Date.now() + 10_000
      client.raw().settleVersion(request, metadata, { deadline }, (error) => resolve(error?.code ?? status.OK))
    })
    expect(answered).toBe(code)
    await expect(client.settle()).resolves.toEqual({ settlement: 'SETTLEMENT_STORED' })
    client.close()
  })

  it('is told that at most 4096 calls may be under way over one connection', async () => {
    const socket = await handshake(await identities.issue('management'), {})
    const session = connectHttp2('https://vault', { createConnection: () => socket })
    const settings = await new Promise((resolve) => session.once('remoteSettings', resolve))
    expect(settings).toMatchObject({ maxConcurrentStreams: 4_096 })
    session.destroy()
  })

  it('loses its connection if it does not finish the TLS handshake in time', async () => {
    const strict = await startServer(50)
    const socket = connectTcp(strict.port, '127.0.0.1')
    await new Promise((resolve) => socket.on('error', () => {}).once('close', resolve))
    await strict.close()
  })
})

async function servedCertificate(): Promise<string> {
  const socket = await handshake(await identities.issue('management'), {})
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}

function handshake(issued: Issued, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port: server.port,
      cert: issued.certPem,
      key: issued.keyPem,
      ca: identities.authority.certPem,
      ALPNProtocols: ['h2'],
      checkServerIdentity: () => undefined,
      ...options,
    })
    socket.once('secureConnect', () => resolve(socket))
    socket.once('error', reject)
  })
}

/** A handshake without a certificate. In TLS 1.3 the refusal comes after the client's side of the handshake is done. */
async function deafHandshake(): Promise<void> {
  const socket = connect({
    host: '127.0.0.1',
    port: server.port,
    ca: identities.authority.certPem,
    ALPNProtocols: ['h2'],
    checkServerIdentity: () => undefined,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => resolve())
    socket.once('data', () => resolve())
  })
}
