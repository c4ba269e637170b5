import type { Device } from '../api/types.js'

type Kind = Device['kind']

/** What a device proved itself with. */
const KINDS = {
  debug: 'Debug token',
  'app-attest': 'App Attest',
  'play-integrity': 'Play Integrity',
  'app-check': 'Firebase App Check',
} as const satisfies Record<Kind, string>

const ENVIRONMENTS = { production: 'production', development: 'development build' } as const

interface KnownBy {
  readonly kind: string
  /** Which debug token it was, or which app. Empty where no more is known. */
  readonly details: readonly string[]
}

/** `nameOf`: a debug token's name, by its id. */
export function knownBy(
  { kind, debugToken, bundleId, environment }: Pick<Device, 'kind' | 'debugToken' | 'bundleId' | 'environment'>,
  nameOf: (debugToken: string) => string,
): KnownBy {
  const details = [debugToken && nameOf(debugToken), bundleId, environment && ENVIRONMENTS[environment]]
  return { kind: KINDS[kind], details: details.filter((detail) => detail !== null) }
}
