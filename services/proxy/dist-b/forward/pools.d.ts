import type { Logger } from '@protectmyapi/service-kit/log'
import { Pool } from 'undici'
import type { Dial } from './dialler.js'
/** Connections to providers, by organisation and origin: no organisation's request goes over another's socket. */
export interface Pools {
  get(organizationId: string, origin: string): Pool
  /** Ends what is left. */
  destroy(): Promise<void>
}
export declare function createPools(dial: Dial, log: Logger, poolsMax?: number): Pools
