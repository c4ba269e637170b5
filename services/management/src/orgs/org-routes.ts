import { Fault } from '@protectmyapi/service-kit/faults'
import { newId } from '@protectmyapi/service-kit/ids'
import type { Knex } from '@protectmyapi/service-kit/postgres/postgres'
import { z } from 'zod'
import type { Principal } from '../access/principal.js'
import { ORG_PERMISSIONS, ROLES, roleMay } from '../access/roles.js'
import { carries } from '../access/token-reach.js'
import { OrgQuotas, QuotaView } from '../api-services/quotas.js'
import { Name, Slug, Timestamp } from '../http/fields.js'
import { cutPage, pageById, pageOf } from '../http/page.js'
import { type Route, route } from '../http/route.js'
import { goneSince } from '../idempotency/replays.js'
import { type DeleteOrgDeps, deleteOrg } from './delete-org.js'
import { createOrg, listOrgs, lockOrg, myOrg, type OrgRecord } from './org-store.js'
import { updateOrg } from './update-org.js'

const OrgView = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    quotas: z.array(QuotaView),
    role: z.enum(ROLES),
    permissions: z
      .array(z.enum(ORG_PERMISSIONS))
      .meta({ description: 'What the caller may do here: by the role, and with a token by its scopes as well.' }),
    createdAt: Timestamp,
  })
  .meta({ id: 'Organization' })

const OrgFields = z.strictObject({ name: Name, slug: Slug })
const OrgPatch = OrgFields.extend({ quotas: OrgQuotas }).partial()

export function orgRoutes(deps: DeleteOrgDeps): readonly Route[] {
  const list = route({
    method: 'GET',
    path: '/orgs',
    summary: 'List the organizations one is a member of',
    permission: 'signed-in',
    query: pageById('organization'),
    answers: { status: 200, body: pageOf(OrgView) },
    handle: async ({ principal, query }) => {
      const rows = await listOrgs(deps.db, principal, query.cursor, query.limit + 1)
      return {
        body: cutPage(
          rows,
          query.limit,
          ({ id }) => id,
          (row) => shownTo(principal, presentOrg(row)),
        ),
      }
    },
  })
  const create = route({
    method: 'POST',
    path: '/orgs',
    summary: 'Create an organization, as its owner',
    permission: 'organizations:create',
    body: OrgFields.partial({ slug: true }),
    answers: { status: 201, body: OrgView },
    once: {
      compared: (body) => body,
      async again({ principal }, made) {
        const row = await myOrg(deps.db, principal.userId, made)
        if (!row) throw goneSince(made)
        const shown = presentOrg(row)
        return { body: shownTo(principal, shown), resource: shown }
      },
    },
    handle: async ({ actor, principal, body, claim }) => {
      const id = newId('organization')
      const { result } = await deps.commitChange(actor, async (trx) => {
        await claim(trx, id)
        const made = await createOrg(trx, principal.userId, { ...body, id })
        return {
          result: made,
          feed: [],
          audit: [
            { organizationId: made.id, event: 'organization.created', targetId: made.id, details: { slug: made.slug } },
          ],
        }
      })
      const shown = presentOrg(result)
      return { body: shownTo(principal, shown), resource: shown }
    },
  })
  return [list, create, ...oneOrgRoutes(deps)]
}

function oneOrgRoutes(deps: DeleteOrgDeps): readonly Route[] {
  const read = route({
    method: 'GET',
    path: '/orgs/{org}',
    summary: 'Show an organization',
    permission: 'organization:read',
    answers: { status: 200, body: OrgView },
    handle: async ({ principal, org }) => {
      const shown = await orgOf(deps.db, principal, org.id)
      return { body: shownTo(principal, shown), resource: shown }
    },
  })
  const update = route({
    method: 'PATCH',
    path: '/orgs/{org}',
    summary: 'Rename an organization, or set its quotas',
    description:
      'If quotas change, it answers once no new request is counted by the previous ones. Answers under way are cut off, as with every change of an app.',
    permission: 'organization:write',
    body: OrgPatch,
    answers: { status: 200, body: OrgView },
    conditional: true,
    handle: async ({ actor, principal, org, body, precondition }) => {
      await deps.commitChange(actor, async (trx) => {
        await lockOrg(trx, org.id, principal.userId)
        await precondition(() => orgOf(trx, principal, org.id))
        return updateOrg(trx, org.id, body)
      })
      const shown = await orgOf(deps.db, principal, org.id)
      return { body: shownTo(principal, shown), resource: shown }
    },
  })
  const remove = route({
    method: 'DELETE',
    path: '/orgs/{org}',
    summary: 'Delete an organization and destroy its keys; cannot be undone',
    permission: 'organization:write',
    answers: { status: 204 },
    conditional: true,
    handle: async ({ actor, principal, org, precondition }) => {
      await deleteOrg(deps, actor, org, (trx) => precondition(() => orgOf(trx, principal, org.id)))
      return { body: undefined }
    },
  })
  return [read, update, remove]
}

type ShownOrg = z.input<typeof OrgView>
/** What the ETag is made of. Permissions are not, so that a person's token may change what their session has read. */
type TaggedOrg = Omit<ShownOrg, 'permissions'>

async function orgOf(db: Knex, principal: Principal, organizationId: string): Promise<TaggedOrg> {
  const row = await myOrg(db, principal.userId, organizationId)
  if (!row) throw new Fault('NOT_FOUND', 'no such organization any more')
  return presentOrg(row)
}

function presentOrg({ id, slug, name, quotas, role, created_at }: OrgRecord): TaggedOrg {
  return { id, slug, name, quotas: [...quotas], role, createdAt: created_at.toISOString() }
}

function shownTo(principal: Principal, org: TaggedOrg): ShownOrg {
  return {
    ...org,
    permissions: ORG_PERMISSIONS.filter((asked) => roleMay(org.role, asked) && carries(principal, asked)),
  }
}
