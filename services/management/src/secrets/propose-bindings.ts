import { type Bindings, normalizeBindings } from '@protectmyapi/service-kit/destinations/bindings'
import { checkUpstreamUrl, type PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { Fault } from '@protectmyapi/service-kit/faults'

/** The parts of a provider's preset that concern bindings. */
export interface BindingPreset {
  readonly id: string
  /** `OPENAI_API_KEY`. */
  readonly secretName: string
  readonly bindings: Bindings
}

export interface BindingRequest {
  readonly name: string
  readonly bindings?: Bindings | undefined
  readonly preset?: string | undefined
}

/** The presets that bindings are proposed from, and the private upstreams that are allowed as origins. */
interface BindingRules {
  readonly presets: readonly BindingPreset[]
  readonly privateUpstreams: PrivateUpstreams
}

/** By convention, `_PROD` and `_DEV` distinguish environments. */
const ENVIRONMENT_SUFFIX = /_(?:PROD|DEV)$/

/**
 * The bindings of a new secret: those of the request, otherwise those of the named preset, otherwise those recommended
 * for its name. A secret is never unbound, because the first person to use an unbound one in a service would bind it.
 *
 * @throws Fault INVALID_REQUEST that says what to give.
 */
export function proposeBindings(
  { presets, privateUpstreams }: BindingRules,
  { name, bindings, preset }: BindingRequest,
): Bindings {
  if (bindings) return explicitBindings(bindings, privateUpstreams)
  if (preset !== undefined) {
    const known = presets.find((candidate) => candidate.id === preset)
    if (!known) throw invalid('/preset', `No such preset. The presets are: ${presets.map(({ id }) => id).join(', ')}.`)
    return normalizeBindings(known.bindings)
  }
  const recommended = recommendedBindings(presets, name)
  if (recommended) return recommended
  throw invalid(
    '/bindings',
    'Say where this secret may go: bindings with origins (https://api.example.com) and placements ({"kind":"header","name":"authorization"}), or a preset, or the recommended name of a known provider such as OPENAI_API_KEY.',
  )
}

/** The bindings recommended for this name, if it is the recommended name of a known provider's key. */
export function recommendedBindings(presets: readonly BindingPreset[], name: string): Bindings | undefined {
  const recognised = recognise(presets, name)
  return recognised && normalizeBindings(recognised.bindings)
}

/** Whether this is the recommended name of a known provider's key. */
export function isRecognised(presets: readonly BindingPreset[], name: string): boolean {
  return recognise(presets, name) !== undefined
}

function recognise(presets: readonly BindingPreset[], name: string): BindingPreset | undefined {
  return presets.find(({ secretName }) => secretName === name.replace(ENVIRONMENT_SUFFIX, ''))
}

/** New bindings for a secret that has some, if the request gives any. @throws Fault as `proposeBindings`. */
export function bindingsIfSaid(rules: BindingRules, request: BindingRequest): Bindings | undefined {
  return request.bindings || request.preset !== undefined ? proposeBindings(rules, request) : undefined
}

/**
 * Bindings with both origins and placements, or with internal services, or with all three. Whether the services are
 * registered is checked when the bindings are written.
 *
 * @throws Fault INVALID_REQUEST if origins or placements are missing, or an origin is one that proxies never dial.
 */
export function explicitBindings(bindings: Bindings, privateUpstreams: PrivateUpstreams): Bindings {
  const normal = normalizeBindings(bindings)
  const { origins, placements, services } = normal
  for (const origin of origins) checkUpstreamUrl(new URL(origin), '/bindings/origins', privateUpstreams)
  if (services.length > 0 && origins.length === 0 && placements.length === 0) return normal
  if (origins.length === 0)
    throw invalid('/bindings/origins', 'Give at least one origin, such as https://api.example.com.')
  if (placements.length === 0) {
    throw invalid(
      '/bindings/placements',
      'Give at least one placement, such as {"kind":"header","name":"authorization"}.',
    )
  }
  return normal
}

function invalid(pointer: string, detail: string): Fault {
  return new Fault('INVALID_REQUEST', `${pointer}: ${detail}`, { errors: [{ pointer, detail }] })
}
