import { readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { serveParent } from '../rig/worker-process.js'
import { createFixedUpstream } from './fixed-upstream.js'

/** A provider with one fixed answer, given after `thinksMs`, over TLS if a certificate and key are named. */
const [thinksMs, certFile, keyFile] = process.argv.slice(2)
const tls =
  certFile === undefined || keyFile === undefined ? null : { cert: readFileSync(certFile), key: readFileSync(keyFile) }
const server = createFixedUpstream({ tls, thinksMs: Number(thinksMs) })
server.listen(0, '127.0.0.1', () => serveParent(portOf(server), async () => ({})))

function portOf(listening: Server): number {
  const address = listening.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
