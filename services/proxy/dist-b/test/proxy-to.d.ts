import { type ProxyUnderTest } from './start-proxy.js'
/** Starts proxies in front of upstreams; after each test both are closed, the latest first. Call it once a file. */
export declare function proxiesOfEachTest(): (upstream: {
  port: number
  close(): Promise<void>
}) => Promise<ProxyUnderTest>
