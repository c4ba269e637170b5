import { createServer, type Server, type ServerOptions } from 'node:https'
import { type TlsFiles, type WatchedMaterial, watchMaterial } from '../grpc/tls-material.js'
import type { Logger } from '../program/log.js'

/** The certificate shown to clients that have none. It follows its files. */
export type ServedCertificate = Pick<WatchedMaterial, 'current' | 'onChange' | 'stop'>

/** No client is asked for a certificate, so no CA is needed. @throws if the files cannot be read at the start. */
export function watchServed(
  { certFile, keyFile }: Pick<TlsFiles, 'certFile' | 'keyFile'>,
  log: Logger,
  pollMs?: number,
): Promise<ServedCertificate> {
  return watchMaterial({ certFile, keyFile, caFile: certFile }, log, pollMs)
}

/** A server for TLS 1.3 and HTTP/1.1. Connections that begin after a change get the new certificate. */
export function createServedServer(options: ServerOptions, certificate: ServedCertificate): Server {
  const context = () => {
    const { cert, key } = certificate.current()
    return { cert, key, minVersion: 'TLSv1.3' } as const
  }
  const server = createServer({ ...options, ...context(), ALPNProtocols: ['http/1.1'] })
  certificate.onChange(() => server.setSecureContext(context()))
  return server
}
