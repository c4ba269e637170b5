import { badField } from '@protectmyapi/service-kit/http/validate'
import type { Preset } from './presets/preset.js'
import { PRESETS, pathsByDefault, presetById } from './presets/presets.js'
import type { NewService } from './service-schemas.js'

type Defaults = Pick<NewService, 'baseUrl' | 'auth' | 'methods' | 'paths' | 'limits'>

/**
 * The fields of a new service that a preset fills in. Fields of the request take precedence. The organization must have
 * a secret of the recommended name.
 *
 * @throws Fault INVALID_REQUEST for an unknown preset.
 */
export function presetDefaults(id: string | undefined): Defaults {
  if (id === undefined) return {}
  const preset = presetById(id)
  if (!preset) throw badField('/preset', `No such preset. There are: ${PRESETS.map((one) => one.id).join(', ')}.`)
  return {
    baseUrl: preset.baseUrl,
    auth: authOf(preset),
    methods: [...preset.methods],
    paths: pathsByDefault(preset),
    limits: [...preset.limits],
  }
}

function authOf({ auth, secretName }: Preset): NonNullable<Defaults['auth']> {
  return auth.type === 'bearer'
    ? { type: 'bearer', secret: secretName }
    : { type: 'header', name: auth.name, secret: secretName }
}
