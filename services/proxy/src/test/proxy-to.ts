import { closeAfterEach } from '@protectmyapi/dev-kit/close-after-each'
import { type ProxyOptions, type ProxyUnderTest, startProxy } from './start-proxy.js'

/** Starts proxies in front of upstreams. After each test both are closed, the latest first. Call it once a file. */
export function proxiesOfEachTest(): (
  upstream: { port: number; close(): Promise<void> },
  options?: ProxyOptions,
) => Promise<ProxyUnderTest> {
  const atEnd = closeAfterEach()
  return async (upstream, options) => {
    atEnd(upstream.close)
    const proxy = await startProxy(upstream.port, options)
    atEnd(proxy.close)
    return proxy
  }
}
