import { BINDING_LIMITS, type Bindings, SECRET_NAME } from '@protectmyapi/service-kit/destinations/bindings'
import { isId } from '@protectmyapi/service-kit/ids'
import { z } from 'zod'
import { Moment, Timestamp } from '../http/fields.js'
import { SECRET_LIMITS } from './secret-input.js'

export const SecretName = z
  .string()
  .regex(SECRET_NAME, 'Give letters, digits and _, at most 128, not beginning with a digit: OPENAI_API_KEY.')
  .refine((name) => !isId('secret', name), 'This name looks like an id. Choose another name.')
  .meta({ description: 'Case-sensitive, unique in its organization, and used in templates: {{OPENAI_API_KEY}}.' })

/** Limited in characters here. Its bytes are counted by `secretBytes`. */
export const SecretValue = z
  .string()
  .min(1)
  .max(SECRET_LIMITS.valueBytesMax)
  .meta({ writeOnly: true, description: '1 byte to 64 KiB, no NUL or line break. It is never readable again.' })

const Place = z.string().min(1).max(BINDING_LIMITS.nameBytesMax)
const Placement = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('header'), name: Place }),
  z.strictObject({ kind: z.literal('query'), name: Place }),
  z.strictObject({ kind: z.literal('path'), template: Place }),
  z.strictObject({ kind: z.literal('basic-user') }),
  z.strictObject({ kind: z.literal('basic-password') }),
])

const Origin = z.string().min(1).max(BINDING_LIMITS.nameBytesMax)

/** Bindings as they are sent. The use case checks and normalises origins and placements. */
export const BindingsInput = z
  .strictObject({
    origins: z.array(Origin).max(BINDING_LIMITS.originsMax),
    placements: z.array(Placement).max(BINDING_LIMITS.placementsMax),
    services: z.array(z.string().max(BINDING_LIMITS.nameBytesMax)).max(BINDING_LIMITS.servicesMax).optional(),
  })
  .transform(({ services, ...places }): Bindings => ({ ...places, services: services ?? [] }))

export const BindingsView = z
  .object({
    origins: z.array(z.string()),
    placements: z.array(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('header'), name: z.string() }),
        z.object({ kind: z.literal('query'), name: z.string() }),
        z.object({ kind: z.literal('path'), template: z.string() }),
        z.object({ kind: z.literal('basic-user') }),
        z.object({ kind: z.literal('basic-password') }),
      ]),
    ),
    services: z.array(z.string()),
  })
  .meta({ id: 'Bindings' })

/** A moment in the future, or null for never. */
export const Expiry = Moment.nullable()

export const ServiceNameView = z.object({ id: z.string(), slug: z.string(), name: z.string() })

export const SecretView = z
  .object({
    id: z.string(),
    name: z.string(),
    mask: z
      .string()
      .meta({ description: 'Shows only a recognised vendor prefix, nothing of the random part: sk-****...****' }),
    generation: z.int(),
    bindings: BindingsView,
    createdAt: Timestamp,
    replacedAt: Timestamp.nullable(),
    expiresAt: Timestamp.nullable(),
    externalVersion: z.string().nullable(),
    usedBy: z.array(ServiceNameView),
  })
  .meta({ id: 'Secret' })

/** A query parameter of deletions. */
export const Force = z
  .enum(['true', 'false'])
  .optional()
  .meta({ description: 'Delete the secret even if services use it. They will then answer SECRET_NOT_FOUND.' })

export const InForceView = z.object({
  by: z.enum(['applied', 'horizon', 'nobody']).meta({
    description:
      'applied: every proxy has applied the change. horizon: a proxy could not be reached, but its horizon has passed, so it may no longer use anything old. nobody: no proxy is running.',
  }),
  waitedMs: z.number(),
})

export const InternalServicesUntil = Timestamp.nullable().meta({
  description:
    'Until when an internal service may still hold the old value; null if the secret was bound to no internal service.',
})

export const VersionView = z
  .object({
    id: z.string(),
    generation: z.int(),
    state: z.enum(['active', 'superseded', 'destroyed']),
    mask: z.string(),
    bindings: BindingsView,
    createdAt: Timestamp,
    createdBy: z.string(),
    supersededAt: Timestamp.nullable(),
    destroyedAt: Timestamp.nullable(),
  })
  .meta({ id: 'SecretVersion' })
