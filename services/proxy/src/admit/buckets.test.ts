import { describe, expect, it } from '@jest/globals'
import type { Limit, Route } from '../routes/route.js'
import { routeFromWire } from '../routes/route-from-wire.js'
import { routeResponse } from '../test/route-response.js'
import { bucketsOf } from './buckets.js'

const ROUTE: Route = { ...routeFromWire(routeResponse()), notAfter: 0 }
const limit = (scope: Limit['scope'], over: Partial<Limit> = {}): Limit => ({
  scope,
  count: 10,
  periodMs: 1_000,
  burst: 5,
  allServices: false,
  ...over,
})

function keyOf(
  scope: Limit['scope'],
  route: Partial<Route> = {},
  sourceAddress = '198.51.100.7',
  over: Partial<Limit> = {},
): string {
  const request = {
    requestId: 'r',
    method: 'GET',
    path: '/',
    appVersion: null,
    sourceAddress,
    route: { ...ROUTE, ...route, limits: [limit(scope, over)] },
  }
  return bucketsOf(request)[0]?.key ?? ''
}

describe('buckets', () => {
  it('have different keys for each scope, organization, service, app, device or address, count and period', () => {
    const keys = [
      keyOf('organization'),
      keyOf('service'),
      keyOf('app'),
      keyOf('device'),
      keyOf('device', { deviceId: 'dvc_1' }),
      keyOf('device', { deviceId: '198.51.100.7' }),
      keyOf('device', {}, '198.51.100.8'),
      keyOf('app', { appId: 'app_2' }),
      keyOf('app', { serviceId: 'svc_2' }),
      keyOf('service', { serviceId: 'svc_2' }),
      keyOf('organization', { organizationId: 'org_2' }),
      keyOf('organization', {}, undefined, { count: 11 }),
      keyOf('organization', {}, undefined, { periodMs: 60_000 }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    for (const key of keys) expect(key).toMatch(/^[\w-]{43}$/)
  })

  it('of an organization are shared by its services, apps and devices', () => {
    expect(keyOf('organization', { serviceId: 'svc_2', appId: 'app_2', deviceId: 'dvc_2' }, '203.0.113.1')).toBe(
      keyOf('organization'),
    )
  })

  it('of a device stay the same when it comes from another address', () => {
    expect(keyOf('device', { deviceId: 'dvc_1' }, '203.0.113.1')).toBe(keyOf('device', { deviceId: 'dvc_1' }))
  })

  it('are listed once when a service names the same limit twice', () => {
    const route = { ...ROUTE, limits: [limit('app'), limit('app'), limit('app', { count: 3 })] }
    expect(
      bucketsOf({ requestId: 'r', method: 'GET', path: '/', appVersion: null, sourceAddress: '::1', route }),
    ).toHaveLength(2)
  })
})

describe('buckets of an app’s own limits', () => {
  const over = { allServices: true }

  it('are shared by all its services, and differ from those of another app and of a service’s limit', () => {
    for (const scope of ['app', 'device'] as const) {
      const own = keyOf(scope, {}, undefined, over)
      expect(keyOf(scope, { serviceId: 'svc_2' }, undefined, over)).toBe(own)
      expect(keyOf(scope, { appId: 'app_2' }, undefined, over)).not.toBe(own)
      expect(keyOf(scope)).not.toBe(own)
    }
  })
})
