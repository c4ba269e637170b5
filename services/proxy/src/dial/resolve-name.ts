import { lookup, Resolver } from 'node:dns/promises'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { withinMs } from '@protectmyapi/service-kit/within-ms'

const LIMITS = {
  /** For the first attempt at each name server; c-ares waits longer for the later ones. */
  attemptMs: 1_000,
  attempts: 3,
  /**
   * How long the other family is waited for once one has answered. RFC 8305 § 3 says 50 ms; far name servers need more.
   */
  otherFamilyMs: 500,
  /** Afterwards `/etc/resolv.conf` is read again. */
  resolverLifeMs: 30_000,
} as const

export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** All addresses of a name. @throws Error where there is none, or nobody answers. */
export type ResolveName = (name: string) => Promise<readonly ResolvedAddress[]>

interface Options {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Name servers, `address:port`; empty means those of the system. */
  readonly servers?: readonly string[]
}

/**
 * Asks name servers for a name that ends with the root's dot, and the system, with its hosts file, for any other.
 *
 * The system (getaddrinfo) is not asked for every name, because each lookup blocks one of libuv's threads and there is
 * room for two at a time. A tenant with two names whose name servers are silent could otherwise stop all lookups of
 * other tenants for 20 s, as often as it asks.
 */
export function createResolveName({ clock, servers = [] }: Options): ResolveName {
  let resolver = newResolver(servers)
  let madeAt = clock.monotonicMs()

  function current(): Resolver {
    const now = clock.monotonicMs()
    if (now - madeAt > LIMITS.resolverLifeMs) [resolver, madeAt] = [newResolver(servers), now]
    return resolver
  }

  return (name) => (name.endsWith('.') ? askBoth(current(), name) : lookup(name, { all: true, verbatim: true }))
}

function newResolver(servers: readonly string[]): Resolver {
  const resolver = new Resolver({ timeout: LIMITS.attemptMs, tries: LIMITS.attempts })
  if (servers.length > 0) resolver.setServers(servers)
  return resolver
}

/** Asks for both families at once. If one fails or is late, the other's addresses are used alone. */
async function askBoth(resolver: Resolver, name: string): Promise<readonly ResolvedAddress[]> {
  const found = new Map<number, readonly ResolvedAddress[]>()
  const ask = async (family: 4 | 6): Promise<void> => {
    const addresses = await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name))
    found.set(
      family,
      addresses.map((address) => ({ address, family })),
    )
  }
  const asked = [ask(4), ask(6)]
  await Promise.any(asked).catch(({ errors }: AggregateError) => {
    throw errors[0]
  })
  await withinMs(Promise.allSettled(asked), LIMITS.otherFamilyMs, () => undefined)
  return [4, 6].flatMap((family) => found.get(family) ?? [])
}
