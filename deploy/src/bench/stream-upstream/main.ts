import { serveParent } from '../rig/worker-process.js'
import { createStreamUpstream } from './stream-upstream.js'

/** A provider of events, and of large bodies both ways. */
const server = createStreamUpstream()
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  serveParent(typeof address === 'object' && address !== null ? address.port : 0, async () => ({}))
})
