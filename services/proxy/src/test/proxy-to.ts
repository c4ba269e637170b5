import { afterEach } from '@jest/globals'
import { type ProxyOptions, type ProxyUnderTest, startProxy } from './start-proxy.js'

/** Starts proxies in front of upstreams; after each test both are closed, the latest first. Call it once a file. */
export function proxiesOfEachTest(): (
  upstream: { port: number; close(): Promise<void> },
  options?: ProxyOptions,
) => Promise<ProxyUnderTest> {
  const closers: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })
  return async (upstream, options) => {
    closers.push(upstream.close)
    const proxy = await startProxy(upstream.port, options)
    closers.push(proxy.close)
    return proxy
  }
}
