import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CHAIN_LIMITS } from './chain-limits.js'

/**
 * What a request reads of who asks is seen before its snapshot is taken, on sessions that soon are known. Who puts records
 * back at each such sign would have to leave them so until this has passed, and one of those sessions or another drains the
 * inbox several times a second: nothing forged is left for people to see either.
 */
export async function randomPause(): Promise<void> {
  await sleep(randomInt(CHAIN_LIMITS.verify.pauseMsMax))
}
