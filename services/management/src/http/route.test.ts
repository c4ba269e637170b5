import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { route } from './route.js'

const nothing = { answers: { status: 204 as const }, handle: async () => ({ body: undefined }) }

describe('a route', () => {
  it('does not compile without a permission', () => {
    // @ts-expect-error permission is missing
    route({ method: 'GET', path: '/orgs', summary: 'x', ...nothing })
    // @ts-expect-error no such permission
    route({ method: 'GET', path: '/orgs', summary: 'x', permission: 'secret:read', ...nothing })
    // @ts-expect-error undefined is no permission
    route({ method: 'GET', path: '/orgs', summary: 'x', permission: undefined, ...nothing })
  })

  it('does not compile when its permission does not match whether its path names an organization', () => {
    // @ts-expect-error public, yet of an organization
    route({ method: 'GET', path: '/orgs/{org}/apps', summary: 'x', permission: 'public', ...nothing })
    // @ts-expect-error signed-in is not enough for an organization
    route({ method: 'GET', path: '/orgs/{org}', summary: 'x', permission: 'signed-in', ...nothing })
    // @ts-expect-error no {org} in the path
    route({ method: 'GET', path: '/presets', summary: 'x', permission: 'apps:read', ...nothing })
  })

  it('hands its handler only the parameters and the query that it declares', () => {
    const made = route({
      method: 'PUT',
      path: '/orgs/{org}/apps/{app}',
      summary: 'x',
      permission: 'apps:write',
      body: z.strictObject({ name: z.string() }),
      answers: { status: 200, body: z.object({ name: z.string(), role: z.string() }) },
      handle: async ({ org, params, body, query }) => {
        // @ts-expect-error there is no such parameter
        void params.device
        // @ts-expect-error no query was declared
        void query.limit
        return { body: { name: body.name + params.app, role: org.role } }
      },
    })
    expect(made.permission).toBe('apps:write')
  })

  it('does not compile when the answer is not what was declared', () => {
    const answers = { status: 200 as const, body: z.object({ name: z.string() }) }
    route({
      method: 'GET',
      path: '/x',
      summary: 'x',
      permission: 'public',
      answers,
      // @ts-expect-error name is missing
      handle: async () => ({ body: {} }),
    })
  })
})
