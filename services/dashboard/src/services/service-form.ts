import type { Preset, Service } from '../api/types.js'
import type { EditedFields } from '../kit/edited-fields.js'
import type { Limit } from '../kit/limits-fields.js'
import { linesOf, textOf } from '../kit/lines.js'
import { type AuthForm, authFormOf, authOf, BEARER, wrongAuth } from './auth-form.js'
import { type FieldRow, fieldsOf, rowsOf, wrongRows } from './field-rows.js'

export const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
type Method = (typeof METHODS)[number]

const MEBIBYTE = 1024 * 1024

/** What is entered about an API service, new or present. */
export interface ServiceForm extends Record<string, unknown> {
  /** An id, OTHER_PROVIDER, or nothing chosen yet. */
  preset: string
  name: string
  slug: string
  baseUrl: string
  auth: AuthForm
  extraHeaders: readonly FieldRow[]
  methods: string[]
  /** One pattern per line. */
  paths: string
  limits: Limit[]
  /** A text while it is being entered. */
  timeoutSeconds: number | string
  bodyMebibytes: number | string
  scrub: boolean
  forwardTraceContext: boolean
  enabled: boolean
}

export const OTHER_PROVIDER = 'other'

/** As management would fill it in, and with a limit: a service without one is shown with a warning. */
export const NEW_SERVICE: ServiceForm = {
  preset: '',
  name: '',
  slug: '',
  baseUrl: '',
  auth: BEARER,
  extraHeaders: [],
  methods: [],
  paths: '',
  limits: [{ scope: 'device', count: 60, periodSeconds: 60, burst: 10 }],
  timeoutSeconds: 120,
  bodyMebibytes: 32,
  scrub: true,
  forwardTraceContext: false,
  enabled: true,
}

/** A form with what the preset fills in. `secrets`: the names that the organization has. */
export function presetForm(preset: Preset, secrets: readonly string[]): ServiceForm {
  const { id, name, baseUrl, auth, endpoints, methods, limits } = preset
  const allowed = endpoints.filter(({ byDefault }) => byDefault).flatMap(({ paths }) => paths)
  return {
    ...NEW_SERVICE,
    preset: id,
    name,
    slug: id,
    baseUrl,
    auth: { ...BEARER, ...auth, secret: recommendedSecret(preset, secrets) ?? '' },
    methods,
    paths: textOf(allowed),
    limits,
  }
}

/** The secret of the recommended name, or of that name with a suffix such as _PROD. */
export function recommendedSecret({ secretName }: Preset, secrets: readonly string[]): string | undefined {
  return secrets.find((name) => name === secretName) ?? secrets.find((name) => name.startsWith(`${secretName}_`))
}

export function serviceForm(service: Service): ServiceForm {
  return {
    preset: service.preset ?? OTHER_PROVIDER,
    name: service.name,
    slug: service.slug,
    baseUrl: service.baseUrl,
    auth: authFormOf(service.auth),
    extraHeaders: rowsOf(service.extraHeaders),
    methods: service.methods,
    paths: textOf(service.paths),
    limits: service.limits,
    timeoutSeconds: service.timeoutMs / 1000,
    bodyMebibytes: service.bodyBytesMax / MEBIBYTE,
    scrub: service.scrub,
    forwardTraceContext: service.forwardTraceContext,
    enabled: service.enabled,
  }
}

/** What the form sets. Not `enabled`, which a service's page changes by itself and at once. */
export function settingsOf(form: ServiceForm) {
  return {
    name: form.name,
    slug: form.slug,
    baseUrl: form.baseUrl,
    auth: authOf(form.auth),
    extraHeaders: fieldsOf(form.extraHeaders),
    methods: form.methods.filter(isMethod),
    paths: linesOf(form.paths),
    limits: form.limits,
    timeoutMs: Math.round(Number(form.timeoutSeconds) * 1000),
    bodyBytesMax: Math.round(Number(form.bodyMebibytes) * MEBIBYTE),
    scrub: form.scrub,
    forwardTraceContext: form.forwardTraceContext,
  }
}

const isMethod = (method: string): method is Method => METHODS.some((known) => known === method)

type Settings = ReturnType<typeof settingsOf>

/** Only what differs from the service: somebody else's change of another field stays. */
export function changesOf(service: Service, form: ServiceForm): Partial<Settings> {
  const before = settingsOf(serviceForm(service))
  const changes: Partial<Settings> = settingsOf(form)
  for (const field of Object.keys(before) as (keyof Settings)[]) {
    if (JSON.stringify(changes[field]) === JSON.stringify(before[field])) delete changes[field]
  }
  return changes
}

export const SERVICE_FIELDS: EditedFields<Service, ServiceForm, Partial<Settings>> = {
  valuesOf: serviceForm,
  changeOf: changesOf,
}

/** What is missing, all at once; and what management could not say, or would say in other units than the form's. Under the names of the form's fields. */
export const SERVICE_RULES = {
  preset: (id: string) => (id === '' ? 'Choose a provider, or “Another provider”.' : null),
  name: (name: string) => (name.trim() === '' ? 'Give a name.' : null),
  slug: (slug: string) =>
    slug === '' ? 'Give a slug, such as openai: it stands in the address that apps call.' : null,
  baseUrl: (url: string) =>
    url.trim() === '' ? 'Give the provider’s base URL, such as https://api.example.com.' : null,
  auth: (auth: AuthForm) => wrongAuth(auth) ?? null,
  extraHeaders: (rows: readonly FieldRow[]) => wrongRows(rows) ?? null,
  timeoutSeconds: (seconds: number | string) => (seconds === '' ? 'Give a number of seconds, from 1 to 600.' : null),
  bodyMebibytes: (size: number | string) =>
    size === '' || Number(size) === 0 ? 'Give a size in MiB, more than 0 and at most 1024.' : null,
}
