import { readFileSync } from 'node:fs'
import { keepTicksFast } from '@protectmyapi/service-kit/program/fast-ticks'
import { serveParent } from '../rig/worker-process.js'
import { createPassThrough } from './pass-through.js'

const [origin = '', callbacks, caFile] = process.argv.slice(2)
const ca = caFile === undefined ? null : readFileSync(caFile, 'utf8')
// Whatever serves a pass-through too is in the fastest one (ADR 21).
if (callbacks === 'fastest') keepTicksFast()
const server = createPassThrough(origin, ca, callbacks === 'fastest' ? 'fastest' : 'documented')
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  serveParent(typeof address === 'object' && address !== null ? address.port : 0, async () => ({}))
})
