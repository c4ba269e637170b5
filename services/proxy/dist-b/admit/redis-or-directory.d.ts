import type { Logger } from '@protectmyapi/service-kit/log'
import type { Admit } from './admit.js'
/**
 * Redis first; where it is away, management within the same request, under the same place in the record: an entry that
 * reached both is one entry, whoever drains it first. Limits are then management's own, full on every switch: the
 * promise is *limit + one burst per switch*.
 */
export declare function redisOrDirectory(redis: Admit, directory: Admit, log: Logger): Admit
