import { connect } from 'node:tls'

/**
 * The common name in the certificate of a server on loopback, and its TLS version. Rejects if the chain does not
 * verify.
 */
export function shownCertificate(port: number, caPem: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: caPem }, () => {
      resolve(`${socket.getPeerCertificate().subject.CN} ${socket.getProtocol()}`)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}
