import type { SeededRandom } from '../schedule/seeded-random.js'
import { skewedClock } from './clock-faults.js'
import {
  KMS_SILENT,
  KMS_STOPPED,
  POSTGRES_RESTARTED,
  REDIS_FAILED_OVER,
  REDIS_FLUSHED,
  REDIS_FROZEN,
  REDIS_KILLED,
  REDIS_LOST,
  REDIS_RESTARTED,
} from './engine-faults.js'
import type { Fault } from './fault.js'
import { blindManagement, cutLink, droppedConnections, silentLink, slowLink } from './link-faults.js'
import { frozen, killed, restarted } from './process-faults.js'

/** More than the error of any clock that NTP keeps. */
const SKEW_MS = 60_000

/** The faults of a seed in random order: one of each class, at a replica drawn at random. */
export function faultDeck(random: SeededRandom, { hasKms }: { readonly hasKms: boolean }): readonly Fault[] {
  const replica = (name: string): string => `${name}-${random.between(1, 2)}`
  const linkOf = (from: string, to: string): string => `${replica(from)}→${to}`
  return random.shuffled([
    killed(replica('proxy')),
    killed(replica('management')),
    killed(replica('vault')),
    frozen(replica('proxy')),
    frozen(replica('management')),
    random.pick([restarted(replica('proxy')), restarted(replica('management')), restarted(replica('vault'))]),
    cutLink(linkOf('proxy', 'directory')),
    silentLink(linkOf('proxy', 'directory')),
    random.pick([cutLink(linkOf('proxy', 'vault')), cutLink(linkOf('management', 'vault'))]),
    random.pick([cutLink(linkOf('proxy', 'redis')), silentLink(linkOf('proxy', 'redis'))]),
    slowLink(linkOf('management', 'postgres')),
    slowLink(linkOf('proxy', random.pick(['directory', 'vault', 'redis']))),
    droppedConnections(random.pick([linkOf('management', 'postgres'), linkOf('vault', 'postgres')])),
    skewedClock(replica('proxy'), random.pick([SKEW_MS, -SKEW_MS])),
    blindManagement(random.between(1, 2), cutLink),
    blindManagement(random.between(1, 2), silentLink),
    random.pick([cutLink(linkOf('management', 'redis')), silentLink(linkOf('management', 'redis'))]),
    silentLink(linkOf('vault', 'postgres')),
    ...(hasKms ? [KMS_STOPPED, KMS_SILENT] : []),
    POSTGRES_RESTARTED,
    random.pick([REDIS_RESTARTED, REDIS_KILLED]),
    REDIS_FLUSHED,
    REDIS_LOST,
    REDIS_FAILED_OVER,
    random.pick([REDIS_FROZEN, frozen(replica('vault'))]),
  ])
}
