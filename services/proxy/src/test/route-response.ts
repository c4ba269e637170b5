import type { ResolveRouteResponse__Output } from '@protectmyapi/protos/generated/directory/v1/ResolveRouteResponse'

/** A directory's answer: one service with one bearer secret. */
export function routeResponse(over: Partial<ResolveRouteResponse__Output> = {}): ResolveRouteResponse__Output {
  return {
    organizationId: 'org_1',
    appId: 'app_1',
    serviceId: 'svc_1',
    labels: [
      { kind: 'FEED_KIND_ORGANIZATION', id: 'org_1', generation: 1 },
      { kind: 'FEED_KIND_LEASE_KEYS', id: 'org_1', generation: 1 },
      { kind: 'FEED_KIND_APP', id: 'app_1', generation: 1 },
      { kind: 'FEED_KIND_SERVICE', id: 'svc_1', generation: 1 },
      { kind: 'FEED_KIND_LINK', id: 'lnk_1', generation: 1 },
      { kind: 'FEED_KIND_SECRET', id: 'sec_1', generation: 1 },
    ],
    target: {
      baseUrl: 'https://api.example.com',
      methods: ['POST'],
      paths: ['/v1/**'],
      timeoutMs: 30_000,
      scrub: true,
      bodyBytesMax: 1024 * 1024,
      forwardTraceContext: false,
    },
    injection: {
      fields: [
        {
          surface: 'header',
          header: 'authorization',
          value: {
            parts: [
              { part: 'literal', literal: 'Bearer ' },
              { part: 'secretId', secretId: 'sec_1' },
            ],
          },
          password: null,
        },
      ],
    },
    limits: [{ scope: 'LIMIT_SCOPE_DEVICE', count: 60, periodMs: 60_000, burst: 10, allServices: false }],
    quotas: [],
    secrets: [{ secretId: 'sec_1', versionId: 'ver_1', generation: 1, name: 'EXAMPLE_API_KEY' }],
    grant: 'grant',
    lifeMs: 300_000,
    platform: 'ios',
    unattested: false,
    ...over,
  }
}
