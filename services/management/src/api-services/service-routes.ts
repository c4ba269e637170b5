import { z } from 'zod'
import { cutPage, pageById, pageOf, pageQuery } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { goneSince } from '../idempotency/replays.js'
import { LimitView } from './limits.js'
import { presentService, secretNames, showService } from './present-service.js'
import type { Preset } from './presets/preset.js'
import { PRESETS } from './presets/presets.js'
import { putService } from './put-service.js'
import { findService, listServices } from './service-row.js'
import { NewService, ServicePatch, ServicePut, ServiceView } from './service-schemas.js'
import { createService, deleteService, type ServiceDeps, serviceNotFound, updateService } from './write-service.js'

const SERVICES = '/orgs/{org}/services'
const SERVICE = '/orgs/{org}/services/{service}'

export function serviceRoutes(deps: ServiceDeps): readonly Route[] {
  const { db } = deps
  const list = route({
    method: 'GET',
    path: SERVICES,
    summary: 'List API services',
    permission: 'services:read',
    query: pageById('service'),
    answers: { status: 200, body: pageOf(ServiceView) },
    handle: async ({ org, query }) => {
      const rows = await listServices(db, org.id, { after: query.cursor, limit: query.limit + 1 })
      const names = await secretNames(db, org.id, rows)
      return {
        body: cutPage(
          rows,
          query.limit,
          ({ id }) => id,
          (row) => presentService(row, names),
        ),
      }
    },
  })
  const create = route({
    method: 'POST',
    path: SERVICES,
    summary: 'Create an API service',
    description:
      'A preset fills in fields that are left out; it allows the provider’s paths that an app needs, and no reserved endpoint. Secrets are named by name or id, in templates as {{NAME}}, and must be bound to this origin and place.',
    permission: 'services:write',
    body: NewService,
    answers: { status: 201, body: ServiceView },
    once: {
      compared: (body) => body,
      async again({ org }, made) {
        const found = await findService(db, org.id, made)
        if (!found) throw goneSince(made)
        const shown = await showService(db, found)
        return { body: shown, resource: shown }
      },
    },
    handle: async ({ actor, org, body, claim }) => {
      const made = await createService(deps, actor, org, { given: body, claim })
      const shown = await showService(db, made)
      return { body: shown, resource: shown }
    },
  })
  const read = route({
    method: 'GET',
    path: SERVICE,
    summary: 'Show an API service',
    permission: 'services:read',
    answers: { status: 200, body: ServiceView },
    handle: async ({ org, params }) => {
      const found = await findService(db, org.id, params.service)
      if (!found) throw serviceNotFound()
      const shown = await showService(db, found)
      return { body: shown, resource: shown }
    },
  })
  return [list, create, read, ...changeRoutes(deps), presetsRoute]
}

function changeRoutes(deps: ServiceDeps): readonly Route[] {
  const update = route({
    method: 'PATCH',
    path: SERVICE,
    summary: 'Change an API service',
    description: 'Answers once no new request is served with the previous settings.',
    permission: 'services:write',
    body: ServicePatch,
    answers: { status: 200, body: ServiceView },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      const asked = { service: params.service, patch: body, precondition }
      const shown = await showService(deps.db, await updateService(deps, actor, org, asked))
      return { body: shown, resource: shown }
    },
  })
  const remove = route({
    method: 'DELETE',
    path: SERVICE,
    summary: 'Delete an API service',
    permission: 'services:write',
    answers: { status: 204 },
    conditional: true,
    handle: async ({ actor, org, params, precondition }) => {
      await deleteService(deps, actor, org, { service: params.service, precondition })
      return { body: undefined }
    },
  })
  const put = route({
    method: 'PUT',
    path: SERVICE,
    summary: 'Create the API service of this slug, or replace its settings with the body',
    description:
      'Sets everything: a field that is left out gets its default, or the value of the preset. Answers once no new request is served with the previous settings. If `externalVersion` equals the one in force, the rest of the body is ignored.',
    permission: 'services:write',
    body: ServicePut,
    answers: { status: 200, orCreated: true, body: ServiceView },
    conditional: true,
    handle: async ({ actor, org, params, body, precondition }) => {
      const asked = { slug: params.service, given: body, precondition }
      const { outcome, service } = await putService(deps, actor, org, asked)
      return { body: await showService(deps.db, service), created: outcome === 'created' }
    },
  })
  return [update, put, remove]
}

const PlacementView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('header'), name: z.string() }),
  z.object({ kind: z.literal('query'), name: z.string() }),
  z.object({ kind: z.literal('basic-user') }),
  z.object({ kind: z.literal('basic-password') }),
  z.object({ kind: z.literal('path'), template: z.string() }),
])

const PresetView = z
  .object({
    id: z.string(),
    name: z.string(),
    baseUrl: z.string(),
    secretName: z.string(),
    keyFrom: z.string(),
    auth: z.discriminatedUnion('type', [
      z.object({ type: z.literal('bearer') }),
      z.object({ type: z.literal('header'), name: z.string() }),
    ]),
    bindings: z.object({ origins: z.array(z.string()), placements: z.array(PlacementView) }),
    defaultHeaders: z.record(z.string(), z.string()).meta({
      description: 'Header fields that clients without an SDK have to send themselves; they are not injected.',
    }),
    endpoints: z
      .array(
        z.object({
          name: z.string(),
          byDefault: z.boolean(),
          lets: z.string().meta({ description: 'What the group allows an app, and anybody who controls one, to do.' }),
          paths: z.array(z.string()),
        }),
      )
      .meta({
        description:
          'A new service allows the groups that are `byDefault`; to allow others, add their paths to the service.',
      }),
    methods: z.array(z.string()).meta({ description: 'The methods that the paths allowed by default need.' }),
    limits: z.array(LimitView),
    reserved: z.array(z.object({ method: z.string(), path: z.string(), gives: z.string() })).meta({
      description:
        'Endpoints with which an app could make credentials of its own or change the account. By default no service allows them.',
    }),
  })
  .meta({ id: 'Preset' })

const PRESET_IDS: ReadonlySet<string> = new Set(PRESETS.map(({ id }) => id))

const presetsRoute = route({
  method: 'GET',
  path: '/presets',
  summary: 'List provider presets',
  permission: 'signed-in',
  query: pageQuery((text) => PRESET_IDS.has(text)),
  answers: { status: 200, body: pageOf(PresetView) },
  handle: async ({ query }) => {
    const before = PRESETS.findIndex(({ id }) => id === query.cursor)
    const rows = PRESETS.slice(before + 1, before + 2 + query.limit)
    return { body: cutPage(rows, query.limit, ({ id }) => id, presentPreset) }
  },
})

function presentPreset({
  endpoints,
  methods,
  limits,
  bindings,
  reserved,
  ...rest
}: Preset): z.input<typeof PresetView> {
  return {
    ...rest,
    endpoints: endpoints.map((group) => ({ ...group, paths: [...group.paths] })),
    methods: [...methods],
    limits: [...limits],
    reserved: [...reserved],
    bindings: { origins: [...bindings.origins], placements: [...bindings.placements] },
  }
}
