import type { RedisLink } from '../../redis/redis-link.js'
import type { SealedLeaseStore } from './sealed-lease-store.js'
/** One command each. All keys of an organisation are in one slot of a cluster (service-kit's redis-keys.ts). */
export declare function redisSealedLeases({ use }: Pick<RedisLink, 'use'>): SealedLeaseStore
