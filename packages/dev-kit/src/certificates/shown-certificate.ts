import { connect } from 'node:tls'

/** Of a server on loopback: the common name of its certificate, and the version of TLS. Rejects where the chain does not hold. */
export function shownCertificate(port: number, caPem: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: caPem }, () => {
      resolve(`${socket.getPeerCertificate().subject.CN} ${socket.getProtocol()}`)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}
