import { afterEach } from '@jest/globals'
import { startProxy } from './start-proxy.js'
/** Starts proxies in front of upstreams; after each test both are closed, the latest first. Call it once a file. */
export function proxiesOfEachTest() {
  const closers = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })
  return async (upstream) => {
    closers.push(upstream.close)
    const proxy = await startProxy(upstream.port)
    closers.push(proxy.close)
    return proxy
  }
}
//# sourceMappingURL=proxy-to.js.map
