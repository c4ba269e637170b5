import type { RequestTarget } from '../aim/request-target.js'

/** The destination of a request to the proxy. */
export type Destination = ServiceDestination | { readonly kind: 'own'; readonly path: string }

export interface ServiceDestination {
  readonly kind: 'service'
  readonly service: string
  readonly target: RequestTarget
  /** What preceded the provider's path: `/v1/p/{service}`, or nothing where the host names the service. */
  readonly prefix: string
}

const PREFIX = '/v1/p/'

/**
 * By host where the host is `{service}.<suffix>`; there every path is the provider's. Otherwise by path,
 * `/v1/p/{service}/{path…}`. The organization comes from the credential, never from here.
 */
export function destinationOf(host: string | undefined, target: RequestTarget, hostSuffix: string | null): Destination {
  const named = hostSuffix === null ? undefined : serviceOfHost(host ?? '', hostSuffix)
  if (named !== undefined) return { kind: 'service', service: named, target, prefix: '' }
  if (!target.path.startsWith(PREFIX)) return { kind: 'own', path: target.path }
  const end = target.path.indexOf('/', PREFIX.length)
  const service = target.path.slice(PREFIX.length, end < 0 ? undefined : end)
  const path = end < 0 ? '' : target.path.slice(end)
  return { kind: 'service', service, target: { path, query: target.query }, prefix: PREFIX + service }
}

function serviceOfHost(host: string, suffix: string): string | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  if (!name.endsWith(`.${suffix}`)) return undefined
  return name.slice(0, -suffix.length - 1)
}
