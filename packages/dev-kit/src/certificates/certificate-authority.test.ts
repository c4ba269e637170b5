import { X509Certificate } from 'node:crypto'
import tls from 'node:tls'
import { describe, expect, it } from '@jest/globals'
import { createAuthority, loadAuthority } from './certificate-authority.js'

const SPIFFE_ID = 'spiffe://protectmyapi.local/ns/protectmyapi/sa/vault'

describe('createAuthority', () => {
  it('issues a leaf that names its service, chains to the CA and serves mutual TLS 1.3', async () => {
    const ca = await createAuthority()
    const leaf = await ca.issue({
      commonName: 'vault',
      spiffeId: SPIFFE_ID,
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1', '::1'],
    })
    const parsed = new X509Certificate(leaf.certPem)
    expect(parsed.subjectAltName).toBe(
      `URI:${SPIFFE_ID}, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1`,
    )
    expect(parsed.checkIssued(new X509Certificate(ca.certPem))).toBe(true)
    expect(parsed.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
    await expect(peerUriOver(ca.certPem, leaf)).resolves.toBe(
      `URI:${SPIFFE_ID}, DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1`,
    )
  })

  it('issues with the dates it is given, so that tests can hold an expired certificate', async () => {
    const ca = await createAuthority()
    const notAfter = new Date(Date.now() - 60_000)
    const leaf = await ca.issue({ spiffeId: SPIFFE_ID, notBefore: new Date(Date.now() - 120_000), notAfter })
    expect(Date.parse(new X509Certificate(leaf.certPem).validTo)).toBe(Math.floor(notAfter.getTime() / 1000) * 1000)
  })

  it('goes on issuing after being read back from its PEM', async () => {
    const first = await createAuthority()
    const again = await loadAuthority(first.certPem, first.keyPem)
    const leaf = await again.issue({ dnsNames: ['localhost'] })
    expect(new X509Certificate(leaf.certPem).verify(new X509Certificate(first.certPem).publicKey)).toBe(true)
    expect(again.certPem).toBe(first.certPem)
  })

  it('refuses an IP SAN that is no IP address', async () => {
    const ca = await createAuthority()
    await expect(ca.issue({ ipAddresses: ['localhost'] })).rejects.toThrow('not an IP address')
  })
})

async function peerUriOver(
  ca: string,
  { certPem, keyPem }: { certPem: string; keyPem: string },
): Promise<string | undefined> {
  const options = { ca, cert: certPem, key: keyPem, minVersion: 'TLSv1.3' as const }
  const server = tls.createServer({ ...options, requestCert: true, rejectUnauthorized: true })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  try {
    return await new Promise((resolve, reject) => {
      server.on('tlsClientError', reject)
      server.on('secureConnection', (socket) => {
        resolve(socket.getPeerCertificate().subjectaltname)
        socket.end()
      })
      tls
        .connect({ ...options, host: '127.0.0.1', port })
        .on('error', reject)
        .resume()
    })
  } finally {
    server.close()
  }
}
