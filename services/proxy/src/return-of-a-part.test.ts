import { describe, expect, it } from '@jest/globals'
import { newToken } from '@protectmyapi/service-kit/credentials/tokens'
import { SecretBytes } from '@protectmyapi/service-kit/crypto/secret-text'
import { Fault } from '@protectmyapi/service-kit/faults'
import { createLeaseSource } from './lease/held-leases.js'
import { createRouteSource } from './routes/held-routes.js'
import { fresh } from './test/fresh.js'
import { manualTime } from './test/manual-time.js'
import { routeResponse } from './test/route-response.js'
import { hashOf } from './test/session-signer.js'
import { settle } from './test/sharing-proxies.js'
import { silentLog } from './test/silent-log.js'

const ROUTES = 200
/** Simultaneous requests for each route. */
const CROWD = 5

/** One proxy that holds 200 routes of four organizations, and a lease for each. Time passes when told to. */
function start() {
  const time = manualTime()
  const { keeper, sync } = fresh(time)
  const asked = { routes: 0, leases: 0 }
  const says = { all: 'there' as 'there' | 'away' }
  const numbers = new Map<string, number>()
  const deps = { keeper, clock: time.clock, log: silentLog() }
  const routes = createRouteSource({
    ...deps,
    sessions: { size: () => 0, held: () => undefined, verify: () => Promise.reject(new Error('no sessions here')) },
    async resolveRoute(credential) {
      asked.routes += 1
      if (says.all === 'away') throw new Fault('UNAVAILABLE', 'away')
      return routeOf(numbers.get(credential) ?? 0)
    },
  })
  const leases = createLeaseSource({
    ...deps,
    forgetRoute: routes.forget,
    upstream: {
      async lease({ secrets }) {
        asked.leases += 1
        if (says.all === 'away') throw new Fault('UNAVAILABLE', 'away')
        return secrets.map(({ secretId, versionId }) => ({
          versionId,
          lease: {
            ...{ secretId, generation: 1, bindings: { origins: [], placements: [], services: [] } },
            ...{ value: new SecretBytes(Buffer.from('value')), notAfter: time.clock.monotonicMs() + 300_000 },
          },
        }))
      },
    },
  })
  const credentials = Array.from({ length: ROUTES }, (_, at) => {
    const token = newToken('app')
    numbers.set(token, at)
    return { kind: 'app-token', token, hash: hashOf(token) } as const
  })
  /** Requests every route many times at once. Resolves once all are served, and background questions have landed. */
  async function everybody(): Promise<void> {
    const served = credentials.flatMap((credential) =>
      Array.from({ length: CROWD }, async () => {
        const route = await routes.resolve(credential, 'openai')
        return leases.held(route) ?? (await leases.lease(route))
      }),
    )
    await Promise.all(served)
    await settle()
  }
  function advance(ms: number): void {
    time.clock.advance(ms)
    sync()
  }
  return { says, everybody, advance, asked }
}

function routeOf(at: number) {
  const labels = [{ kind: 'FEED_KIND_SECRET', id: `sec_${at}`, generation: 1 }] as const
  const secrets = [{ secretId: `sec_${at}`, versionId: `ver_${at}`, generation: 1, name: 'KEY' }]
  return routeResponse({ labels: [...labels], secrets, appId: `app_${at}`, organizationId: `org_${at % 4}` })
}

describe('management and vault, when they return after an outage', () => {
  it('are asked once for each route and lease that a proxy holds, however many requests wait for it', async () => {
    const { says, everybody, advance, asked } = start()
    await everybody()
    expect(asked).toEqual({ routes: ROUTES, leases: ROUTES })

    // Past half of each life: from now on a use asks again in the background, for each thing at most once a second.
    says.all = 'away'
    advance(160_000)
    for (let burst = 0; burst < 3; burst += 1) await everybody()
    expect(asked).toEqual({ routes: 2 * ROUTES, leases: ROUTES })

    // One question for each route, and then one for each lease, which ends with its route.
    says.all = 'there'
    advance(1_000)
    for (let burst = 0; burst < 3; burst += 1) await everybody()
    expect(asked).toEqual({ routes: 3 * ROUTES, leases: 2 * ROUTES })
    advance(1_000)
    await everybody()
    expect(asked).toEqual({ routes: 3 * ROUTES, leases: 2 * ROUTES })
  })
})
