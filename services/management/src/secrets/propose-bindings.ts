import { type Bindings, normalizeBindings } from '@protectmyapi/service-kit/destinations/bindings'
import { checkUpstreamUrl, type PrivateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { Fault } from '@protectmyapi/service-kit/faults'

/** A provider's preset, as far as bindings go. */
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

/** What may be proposed, and what is exempt from what is dialled. */
interface BindingRules {
  readonly presets: readonly BindingPreset[]
  readonly privateUpstreams: PrivateUpstreams
}

/** By the habit of names: `_PROD` and `_DEV` tell environments apart. */
const ENVIRONMENT_SUFFIX = /_(?:PROD|DEV)$/

/**
 * Where a new secret may go: what the request says, else what the named preset says, else what its recommended name
 * says. There is no unbound state: an unbound secret would be bound by whoever links it first.
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
    if (!known) throw invalid('/preset', `No such preset. Known are: ${presets.map(({ id }) => id).join(', ')}.`)
    return normalizeBindings(known.bindings)
  }
  const recommended = recommendedBindings(presets, name)
  if (recommended) return recommended
  throw invalid(
    '/bindings',
    'Say where this secret may go: bindings with origins (https://api.example.com) and placements ({"kind":"header","name":"authorization"}), or a preset, or the recommended name of a known provider such as OPENAI_API_KEY.',
  )
}

/** What is said of the recommended name of a known provider's key. */
export function recommendedBindings(presets: readonly BindingPreset[], name: string): Bindings | undefined {
  const recognised = recognise(presets, name)
  return recognised && normalizeBindings(recognised.bindings)
}

/** Is it the recommended name of a known provider's key? */
export function isRecognised(presets: readonly BindingPreset[], name: string): boolean {
  return recognise(presets, name) !== undefined
}

function recognise(presets: readonly BindingPreset[], name: string): BindingPreset | undefined {
  return presets.find(({ secretName }) => secretName === name.replace(ENVIRONMENT_SUFFIX, ''))
}

/** For a secret that has bindings already: others, where the request says so. @throws Fault as above. */
export function bindingsIfSaid(rules: BindingRules, request: BindingRequest): Bindings | undefined {
  return request.bindings || request.preset !== undefined ? proposeBindings(rules, request) : undefined
}

/**
 * Whole places, or internal services, or both. That the services are registered is checked where it is written.
 *
 * @throws Fault INVALID_REQUEST where origins or placements are missing, or an origin is one that is never dialled.
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
