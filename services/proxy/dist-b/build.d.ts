import type { Logger } from '@protectmyapi/service-kit/log'
import type { ProxyConfig } from './config.js'
export interface Service {
  /** Answers with the port taken. */
  start(): Promise<number>
  /** Not ready at once; answers under way end; the record is handed over. */
  stop(): Promise<void>
}
/** Every part of the proxy is named on this page. */
export declare function buildProxy(config: ProxyConfig, log: Logger): Promise<Service>
