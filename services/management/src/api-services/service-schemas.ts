import { SECRET_NAME } from '@protectmyapi/service-kit/destinations/bindings'
import { z } from 'zod'
import { ExternalVersion, Name, Slug, Timestamp } from '../http/fields.js'
import { BASE_URL_CHARS_MAX } from './base-url.js'
import { LimitView, ServiceLimits } from './limits.js'
import { wrongPathPattern } from './path-patterns.js'

export const SERVICE_LIMITS = {
  /** Extra headers, and fields of custom auth of each kind. */
  fieldsMax: 16,
  templateCharsMax: 4_096,
  nameCharsMax: 128,
  pathsMax: 64,
  timeoutMsMin: 1_000,
  /** The default timeout of openai's SDK. */
  timeoutMsMax: 600_000,
  /** Enough for a long answer that is not streamed. */
  timeoutMsDefault: 120_000,
  /** The proxy's own limit for one body, which it never holds in memory. */
  bodyBytesMax: 1024 * 1024 * 1024,
  /** Enough for an app's request, but not for a film: OpenAI takes audio of 25 MB, Anthropic requests of 32 MB. */
  bodyBytesMaxDefault: 32 * 1024 * 1024,
  servicesPerOrganization: 500,
} as const

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Refuses a value that was entered in place of a secret's name, before it is looked up anywhere. */
const SecretRef = z
  .string()
  .regex(SECRET_NAME, 'Give the name or the id of a secret of the organization.')
  .meta({ description: 'Name or id of a secret of the organization.' })
const TemplateText = z
  .string()
  .max(SERVICE_LIMITS.templateCharsMax)
  .meta({ description: 'Text with {{NAME}} for secrets.' })
const FieldName = z.string().min(1).max(SERVICE_LIMITS.nameCharsMax)
const Fields = z
  .record(FieldName, TemplateText)
  .refine(
    (fields) => Object.keys(fields).length <= SERVICE_LIMITS.fieldsMax,
    `At most ${SERVICE_LIMITS.fieldsMax} fields.`,
  )

export const AuthInput = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('bearer'), secret: SecretRef }),
  z.strictObject({ type: z.literal('header'), name: FieldName, secret: SecretRef }),
  z.strictObject({ type: z.literal('query'), name: FieldName, secret: SecretRef }),
  z.strictObject({ type: z.literal('basic'), user: TemplateText, password: TemplateText }),
  z.strictObject({
    type: z.literal('custom'),
    headers: Fields.optional(),
    query: Fields.optional(),
    path: TemplateText.optional().meta({
      description: 'Segments between base path and the client’s path, one secret in one of them: /bot{{TOKEN}}.',
    }),
  }),
])
export type AuthInput = z.output<typeof AuthInput>

const PathPattern = z.string().superRefine((pattern, context) => {
  const wrong = wrongPathPattern(pattern)
  if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong })
})

const fields = {
  name: Name,
  slug: Slug,
  baseUrl: z.string().min(1).max(BASE_URL_CHARS_MAX),
  auth: AuthInput,
  extraHeaders: Fields,
  methods: z.array(z.enum(METHODS)).max(METHODS.length).meta({ description: 'Empty allows all.' }),
  paths: z
    .array(PathPattern)
    .max(SERVICE_LIMITS.pathsMax)
    .meta({ description: 'Whole segments, `*` for one, `**` for any number. Empty allows all.' }),
  limits: ServiceLimits,
  timeoutMs: z.int().min(SERVICE_LIMITS.timeoutMsMin).max(SERVICE_LIMITS.timeoutMsMax),
  bodyBytesMax: z.int().min(1).max(SERVICE_LIMITS.bodyBytesMax).meta({
    description: 'Limit for the body of one request. A larger one is answered 413 TOO_LARGE. Default: 32 MiB.',
  }),
  scrub: z.boolean(),
  forwardTraceContext: z.boolean().meta({
    description:
      'If true, requests whose trace is kept carry ProtectMyAPI’s `traceparent` to the provider, in place of the client’s own trace context. Default: false.',
  }),
  enabled: z.boolean(),
}

/** A field that neither the request nor a preset sets gets its default. Only the base URL has no default. */
export const NewService = z
  .strictObject({ ...fields, preset: z.string().max(64) })
  .partial()
  .required({ name: true, slug: true })
export type NewService = z.output<typeof NewService>

/** Without the slug, which stands in the path. */
export const ServicePut = NewService.omit({ slug: true }).extend({ externalVersion: ExternalVersion.optional() })
export type ServicePut = z.output<typeof ServicePut>

/** Every field of a service that a request can set, except the slug. */
export type ServiceInput = Omit<NewService, 'slug'>

export const ServicePatch = z.strictObject(fields).partial()
export type ServicePatch = z.output<typeof ServicePatch>

const ShownSecret = z.string().meta({ description: 'The current name, or the id if the secret was deleted.' })
const AuthView = z.discriminatedUnion('type', [
  z.object({ type: z.literal('none') }),
  z.object({ type: z.literal('bearer'), secret: ShownSecret }),
  z.object({ type: z.literal('header'), name: z.string(), secret: ShownSecret }),
  z.object({ type: z.literal('query'), name: z.string(), secret: ShownSecret }),
  z.object({ type: z.literal('basic'), user: z.string(), password: z.string() }),
  z.object({
    type: z.literal('custom'),
    headers: z.record(z.string(), z.string()),
    query: z.record(z.string(), z.string()),
    path: z.string().optional(),
  }),
])
export type AuthView = z.output<typeof AuthView>

export const ServiceView = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    preset: z.string().nullable(),
    baseUrl: z.string(),
    auth: AuthView,
    extraHeaders: z.record(z.string(), z.string()),
    methods: z.array(z.string()),
    paths: z.array(z.string()),
    limits: z.array(LimitView),
    timeoutMs: z.int(),
    bodyBytesMax: z.int(),
    scrub: z.boolean(),
    forwardTraceContext: z.boolean(),
    enabled: z.boolean(),
    externalVersion: z.string().nullable(),
    warnings: z.array(z.string()).meta({
      description: 'Things to check: no rate limit, an allowed reserved endpoint, a deleted secret.',
    }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: 'Service' })
export type ServiceView = z.input<typeof ServiceView>
