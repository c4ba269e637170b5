import { compilePattern, pathSegments } from '@protectmyapi/service-kit/destinations/path-pattern'
import type { Preset, ReservedEndpoint } from './presets/preset.js'
import { PRESETS, presetById } from './presets/presets.js'
import type { ServiceRow } from './service-row.js'

const LIMITS = {
  /** Endpoints that a warning names. It only counts the rest. */
  namedMax: 3,
} as const

type Allowing = Pick<ServiceRow, 'preset' | 'baseUrl' | 'methods' | 'paths'>

/**
 * The provider's reserved endpoints that this service lets apps reach, found with the patterns by which the proxy
 * decides. The provider is known by the service's preset, or by a base URL that a preset has.
 */
export function openReserved(service: Allowing): readonly ReservedEndpoint[] {
  const base = new URL(service.baseUrl)
  const patterns = service.paths.map(compilePattern)
  return (providerOf(service.preset, base)?.reserved ?? []).filter(({ method, path }) => {
    const asked = belowBase(base, path)
    if (asked === undefined) return false
    if (service.methods.length > 0 && !service.methods.includes(method)) return false
    return patterns.length === 0 || patterns.some((pattern) => pattern.matches(pathSegments(asked)))
  })
}

/** The warning shown with the service, or undefined if it opens no reserved endpoint. */
export function reservedWarning(service: Allowing): string | undefined {
  const open = openReserved(service)
  if (open.length === 0) return undefined
  const named = open.slice(0, LIMITS.namedMax).map(({ method, path, gives }) => `${method} ${path} (${gives})`)
  const more = open.length > named.length ? ` and ${open.length - named.length} more` : ''
  return `Its paths let an app make credentials of its own, or change the account: ${named.join(', ')}${more}. No limit, record or revocation applies to requests made with those credentials. Allow only the paths that the app needs.`
}

function providerOf(preset: string | null, { origin }: URL): Preset | undefined {
  return (preset === null ? undefined : presetById(preset)) ?? PRESETS.find(({ baseUrl }) => baseUrl === origin)
}

/** The path that a client sends to reach this path of the provider; undefined if it is not below the base path. */
function belowBase({ pathname }: URL, path: string): string | undefined {
  const base = pathname.replace(/\/$/, '')
  return path === base || path.startsWith(`${base}/`) ? path.slice(base.length) : undefined
}
