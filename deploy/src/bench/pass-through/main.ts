import { readFileSync } from 'node:fs'
import { serveParent } from '../rig/worker-process.js'
import { createPassThrough } from './pass-through.js'

const [origin = '', caFile] = process.argv.slice(2)
const server = createPassThrough(origin, caFile === undefined ? null : readFileSync(caFile, 'utf8'))
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  serveParent(typeof address === 'object' && address !== null ? address.port : 0, async () => ({}))
})
