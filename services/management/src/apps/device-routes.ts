import { z } from 'zod'
import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { shownOnce } from '../idempotency/replays.js'
import { DebugTokenInput, DebugTokenView, DeviceView } from './app-schemas.js'
import { type AppDeps, findApp } from './app-store.js'
import {
  createDebugToken,
  type DebugTokenRecord,
  type DeviceRecord,
  listDebugTokens,
  listDevices,
  revokeDebugToken,
  revokeDevice,
} from './devices.js'

export function debugTokenRoutes(deps: AppDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/apps/{app}/debug-tokens',
    summary: 'List debug tokens, newest first, without the tokens',
    permission: 'apps:read',
    query: pageById('debugToken'),
    answers: { status: 200, body: pageOf(DebugTokenView) },
    handle: async ({ org, params, query }) => {
      const app = await findApp(deps.db, org.id, params.app)
      const which = { organizationId: org.id, appId: app.id, before: query.cursor, limit: query.limit + 1 }
      const rows = await listDebugTokens(deps.db, which)
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentDebugToken) }
    },
  })
  const create = route({
    method: 'POST',
    path: '/orgs/{org}/apps/{app}/debug-tokens',
    summary: 'Create a debug token; it is shown once, here',
    permission: 'apps:write',
    body: DebugTokenInput,
    answers: { status: 201, body: DebugTokenView.extend({ token: z.string() }) },
    once: {
      compared: (body) => body,
      again: async ({ org, params }, made) => {
        throw shownOnce(`/orgs/${org.id}/apps/${params.app}/debug-tokens/${made}`)
      },
    },
    handle: async ({ actor, org, params, body, claim }) => {
      const { record, token } = await createDebugToken(deps, actor, org, { app: params.app, ...body, claim })
      return { body: { ...presentDebugToken(record), token } }
    },
  })
  const revoke = route({
    method: 'DELETE',
    path: '/orgs/{org}/apps/{app}/debug-tokens/{debugToken}',
    summary: 'Revoke a debug token and the devices that it made',
    permission: 'apps:write',
    answers: { status: 204 },
    handle: async ({ actor, org, params }) => {
      await revokeDebugToken(deps, actor, org, { app: params.app, id: params.debugToken })
      return { body: undefined }
    },
  })
  return [list, create, revoke]
}

export function deviceRoutes(deps: AppDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs/{org}/apps/{app}/devices',
    summary: 'List devices, newest first',
    permission: 'apps:read',
    query: pageById('device'),
    answers: { status: 200, body: pageOf(DeviceView) },
    handle: async ({ org, params, query }) => {
      const app = await findApp(deps.db, org.id, params.app)
      const which = { organizationId: org.id, appId: app.id, before: query.cursor, limit: query.limit + 1 }
      const rows = await listDevices(deps.db, which)
      return { body: cutPage(rows, query.limit, ({ id }) => id, presentDevice) }
    },
  })
  const revoke = route({
    method: 'DELETE',
    path: '/orgs/{org}/apps/{app}/devices/{device}',
    summary: 'Revoke a device; its sessions end at once',
    permission: 'apps:write',
    answers: { status: 204 },
    handle: async ({ actor, org, params }) => {
      await revokeDevice(deps, actor, org, { app: params.app, id: params.device })
      return { body: undefined }
    },
  })
  return [list, revoke]
}

function presentDebugToken(record: DebugTokenRecord): z.input<typeof DebugTokenView> {
  return {
    id: record.id,
    name: record.name,
    createdAt: record.created_at.toISOString(),
    createdBy: record.created_by,
    expiresAt: record.expires_at.toISOString(),
    lastUsedAt: record.last_used_at?.toISOString() ?? null,
    revokedAt: record.revoked_at?.toISOString() ?? null,
  }
}

function presentDevice(record: DeviceRecord): z.input<typeof DeviceView> {
  return {
    id: record.id,
    kind: record.kind,
    debugToken: record.debug_token_id,
    bundleId: record.bundle_id,
    environment: record.environment,
    createdAt: record.created_at.toISOString(),
    lastSeenAt: record.last_seen_at.toISOString(),
    revokedAt: record.revoked_at?.toISOString() ?? null,
  }
}
