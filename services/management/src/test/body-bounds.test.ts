import { describe, expect, it } from '@jest/globals'
import { systemClock } from '@protectmyapi/service-kit/clock'
import { privateUpstreams } from '@protectmyapi/service-kit/destinations/upstream-url'
import { connectPostgres } from '@protectmyapi/service-kit/postgres/postgres'
import { createLogger } from '@protectmyapi/service-kit/program/log'
import { z } from 'zod'
import { buildRest } from '../build-rest.js'
import { buildFeed } from '../feed/build-feed.js'
import { createHeldKeys } from '../keys/held-keys.js'
import { memoryVault } from './memory-vault.js'

/** Nothing listens there. The test only reads the routes' schemas. */
const target = { host: '127.0.0.1', port: 1, database: 'none', user: 'nobody', password: '', poolMax: 1 }
const log = createLogger('test', 'silent')
const vault = memoryVault()
const db = connectPostgres(target, 'body-bounds')
const { routes } = buildRest({
  db,
  feed: buildFeed({ db, dataPlaneDb: db, target, clock: systemClock, log }),
  vault,
  hasher: { hash: async () => '', verify: async () => false },
  clock: systemClock,
  log,
  privateUpstreams: privateUpstreams([]),
  accessLogDays: 90,
  keys: createHeldKeys({ db, vault, clock: systemClock, log }),
  callProxy: null,
  redis: null,
})

/** The parts of JSON Schema that the routes' schemas use. */
interface Schema {
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly propertyNames?: Schema
  readonly additionalProperties?: Schema | false
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
}

type Bound = readonly [field: string, bound: string]

/** The bound of each field that may be sent, as text; `none` where there is none. */
function boundsOf(field: string, schema: Schema): readonly Bound[] {
  const { type, items = {}, additionalProperties, propertyNames = {} } = schema
  if (schema.$defs) return Object.values(schema.$defs).flatMap((defined) => boundsOf(field, defined))
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return choices.flatMap((choice) => boundsOf(field, choice))
  if ('const' in schema || 'enum' in schema || type === 'boolean' || type === 'null') return []
  if (type === 'string') return [[field, textBound(schema)]]
  if (type === 'integer') return [[field, range(schema.minimum, schema.maximum)]]
  if (type === 'array') return [[field, range(schema.minItems, schema.maxItems)], ...boundsOf(`${field}[]`, items)]
  if (type !== 'object') return [[field, 'none']]
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    boundsOf(field === '' ? name : `${field}.${name}`, inner),
  )
  if (!additionalProperties) return named
  return [...named, ...boundsOf(`${field} (names)`, propertyNames), ...boundsOf(`${field}{}`, additionalProperties)]
}

/** The JSON Schema that clients see. */
const schemaOf = (schema: z.ZodType): Schema =>
  JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })))

const range = (min = 0, max?: number): string => (max === undefined ? 'none' : `${min}–${max}`)

/** A pattern is a bound if it is anchored at both ends and repeats nothing without a limit. */
function textBound({ minLength, maxLength, pattern = '' }: Schema): string {
  const isBound = /^\^.*\$$/.test(pattern) && !/[*+]|\{\d+,\}/.test(pattern.replaceAll(/\[[^\]]*\]/g, ''))
  return maxLength === undefined && isBound ? pattern : range(minLength, maxLength)
}

/** Characters of texts, items of lists, values of numbers; the pattern itself where that is the bound. */
const BOUNDS = {
  app: '1–64',
  'attestation.android.certificateDigests': '1–20',
  'attestation.android.certificateDigests[]': '^(?:[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31})$',
  'attestation.android.packageName': '0–255',
  'attestation.apple.bundleIds': '1–20',
  'attestation.apple.bundleIds[]': '0–155',
  'attestation.apple.teamId': '^[A-Z0-9]{10}$',
  'attestation.firebase.appIds': '1–20',
  'attestation.firebase.appIds[]': '0–128',
  'attestation.firebase.projectNumber': '^[1-9][0-9]{5,19}$',
  'auth.headers (names)': '1–128',
  'auth.headers{}': '0–4096',
  'auth.name': '1–128',
  'auth.password': '0–4096',
  'auth.path': '0–4096',
  'auth.query (names)': '1–128',
  'auth.query{}': '0–4096',
  'auth.secret': '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
  'auth.user': '0–4096',
  baseUrl: '1–2048',
  'bindings (names)': '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
  'bindings.origins': '0–16',
  'bindings.origins[]': '1–256',
  'bindings.placements': '0–16',
  'bindings.placements[].name': '1–256',
  'bindings.placements[].template': '1–256',
  'bindings.services': '0–16',
  'bindings.services[]': '0–256',
  'bindings{}.origins': '0–16',
  'bindings{}.origins[]': '1–256',
  'bindings{}.placements': '0–16',
  'bindings{}.placements[].name': '1–256',
  'bindings{}.placements[].template': '1–256',
  'bindings{}.services': '0–16',
  'bindings{}.services[]': '0–256',
  body: '0–65536',
  bodyBytesMax: '1–1073741824',
  current: '1–256',
  cursor: '^[A-Za-z0-9_-]{1,300}$',
  decryptionKey: '1–128',
  email: '0–254',
  expiresAt: '0–35',
  expiresInDays: '1–366',
  expiresInHours: '1–720',
  externalVersion: '^[\\x21-\\x7e]{1,128}$',
  'extraHeaders (names)': '1–128',
  'extraHeaders{}': '0–4096',
  from: '0–35',
  'headers (names)': '0–128',
  'headers{}': '0–1024',
  json: '1–16384',
  limit: '1–100',
  limits: '0–8',
  'limits[].burst': '1–1000000',
  'limits[].count': '1–1000000',
  'limits[].periodSeconds': '1–86400',
  methods: '0–7',
  name: '1–100 or ^[A-Za-z_][A-Za-z0-9_]{0,127}$',
  next: '12–256',
  organization: '1–100',
  organizations: '1–100',
  'organizations[]': '1–64',
  password: '12–256 or 1–256',
  path: '0–2048',
  paths: '0–64',
  preset: '0–64',
  'presets (names)': '^[A-Za-z_][A-Za-z0-9_]{0,127}$',
  'presets{}': '0–64',
  query: '0–2048',
  quotas: '0–2 or 0–4',
  'quotas[].count': '1–100000000',
  scopes: '1–16',
  service: '1–64',
  since: '0–35',
  slug: '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$',
  text: '0–131072',
  timeoutMs: '1000–600000',
  to: '0–35',
  token: '1–128 or 1–256',
  until: '0–35',
  user: '1–64',
  value: '1–65536',
  verificationKey: '1–256',
}

/** Fields that a rule limits instead of the schema; the last test checks those limits. */
const BY_RULE = ['paths[]']

describe('a body or query that is sent to a route', () => {
  it('has the limit of this list on each of its fields', () => {
    const found = new Map<string, Set<string>>()
    for (const schema of routes.flatMap(({ body, query }) => [body, query])) {
      const json = schema ? schemaOf(schema) : { type: 'null' }
      for (const [field, bound] of boundsOf('', json)) found.set(field, (found.get(field) ?? new Set()).add(bound))
    }
    for (const field of BY_RULE) expect([...(found.get(field) ?? [])]).toEqual(['none'])
    for (const field of BY_RULE) found.delete(field)
    const shown = Object.fromEntries([...found].map(([field, bounds]) => [field, [...bounds].sort().join(' or ')]))
    expect(shown).toEqual(BOUNDS)
  })

  const some = <Value>(count: number, value: Value): Record<string, Value> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`x_${at}`, value]))
  const service = { name: 'S', slug: 's', baseUrl: 'https://api.example.com' }
  const custom = (count: number) => ({ auth: { type: 'custom', headers: some(count, ''), query: some(count, '') } })

  it.each([
    ['POST /orgs/{org}/services', 16, (count: number) => ({ ...service, extraHeaders: some(count, '') })],
    ['POST /orgs/{org}/services', 16, (count: number) => ({ ...service, ...custom(count) })],
    ['POST /orgs/{org}/services', 512, (count: number) => ({ ...service, paths: [`/${'a'.repeat(count - 1)}`] })],
    ['POST /orgs/{org}/services', 32, (count: number) => ({ ...service, paths: ['/a'.repeat(count)] })],
    ['POST /orgs/{org}/services/{service}/test-call', 16, (count: number) => ({ path: '/', headers: some(count, '') })],
    ['POST /orgs/{org}/secrets/import', 200, (count: number) => ({ text: '', presets: some(count, 'openai') })],
    [
      'POST /orgs/{org}/secrets/import',
      200,
      (count: number) => ({ text: '', bindings: some(count, { origins: [], placements: [] }) }),
    ],
  ])('is refused beyond a limit that a rule of its own sets: %s, %i', (name, max, bodyOf) => {
    const body = routes.find(({ method, path }) => `${method} ${path}` === name)?.body
    expect([max, max + 1].map((count) => body?.safeParse(bodyOf(count)).success)).toEqual([true, false])
  })
})
