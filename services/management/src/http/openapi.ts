import { FAULTS, type FaultSpec } from '@protectmyapi/service-kit/faults'
import { z } from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi'
import { isOrgPermission } from '../access/roles.js'
import { API_PREFIX } from './api-prefix.js'
import type { Route } from './route.js'
import { NDJSON } from './send-lines.js'

const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().meta({ description: 'What to do.' }),
    code: z.enum(shownCodes()),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({ description: 'JSON Pointer into the body, or the name of a parameter.' }),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details.' })

/** The codes that callers see: `shownAs` shows some rows of the table under another row's code. */
function shownCodes(): string[] {
  const rows: [string, FaultSpec][] = Object.entries(FAULTS)
  return [...new Set(rows.map(([code, { shownAs }]) => shownAs ?? code))]
}

/** The OpenAPI document, made from the schemas that validate requests and answers. */
export function openApiDocument(routes: readonly Route[]): object {
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'ProtectMyAPI management',
      version: '1',
      description:
        'Ids of another organization are answered as absent ones. Lists: `?limit` and `?cursor`; `next` is null at the end.',
    },
    servers: [{ url: API_PREFIX }],
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token that `POST /auth/sign-in` answered, or a personal access token (pma_pat_…).',
        },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-pma', description: 'Same-origin pages alone.' },
      },
    },
    paths: pathsOf(routes),
  })
}

function pathsOf(routes: readonly Route[]): ZodOpenApiPathsObject {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) }
  }
  return paths
}

function operation(route: Route): ZodOpenApiOperationObject {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
  const path = z.object(Object.fromEntries(names.map((name) => [name, z.string()])))
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    tags: [tagOf(route.path)],
    security: route.permission === 'public' ? [] : [{ bearer: [] }, { cookie: [] }],
    // An extension, so that tools can draw the matrix of roles.
    'x-permission': route.permission,
    requestParams: {
      ...(names.length > 0 ? { path } : {}),
      ...(route.query ? { query: route.query } : {}),
      ...headersOf(route),
    },
    ...(route.body ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } } : {}),
    responses: {
      [String(route.answers.status)]: success(route, route.answers.body ? 'Done.' : 'Done; no body.'),
      ...(route.answers.orCreated ? { 201: success(route, 'Created.') } : {}),
      ...(isTagged(route) ? { 304: { description: 'It is what If-None-Match names; no body.', headers: TAGGED } } : {}),
      default: {
        description: isOrgPermission(route.permission)
          ? 'Refused. 404 also for organizations that one is no member of.'
          : 'Refused.',
        content: { 'application/problem+json': { schema: ProblemBody } },
      },
    },
  }
}

function success(route: Route, description: string): ZodOpenApiResponseObject {
  const { answers } = route
  if (answers.lines) return { description: 'One in each line.', content: { [NDJSON]: { schema: answers.lines } } }
  return {
    description,
    ...(isTagged(route) ? { headers: TAGGED } : {}),
    ...(answers.body ? { content: { 'application/json': { schema: answers.body } } } : {}),
  }
}

/** Whether the route reads a single thing: its path ends with the thing's name or id. */
function isTagged({ method, path }: Route): boolean {
  return method === 'GET' && path.endsWith('}')
}

const TAGGED = z.object({
  ETag: z.string().meta({ description: 'Of what is shown: another one whenever that is another.' }),
})

const IF_MATCH = z.object({
  'if-match': z
    .string()
    .optional()
    .meta({ description: 'ETags as they were read, or *; else 412 PRECONDITION_FAILED.' }),
})

const IF_EITHER = IF_MATCH.extend({
  'if-none-match': z.string().optional().meta({ description: '* to create and never change; else 412.' }),
})

const OF_READS = z.object({
  'if-match': z.string().optional().meta({ description: 'ETags as they were read, or *; else 412.' }),
  'if-none-match': z.string().optional().meta({ description: 'ETags as they were read: 304 where it is one of them.' }),
})

const IDEMPOTENCY_KEY = z.object({
  'idempotency-key': z.string().optional().meta({
    description:
      'Of your choice, such as a UUID: the same request with the same key, within 24 hours, makes nothing twice.',
  }),
})

function headersOf(route: Route): { header?: z.ZodObject } {
  const { conditional, answers, once } = route
  if (isTagged(route)) return { header: OF_READS }
  if (once) return { header: IDEMPOTENCY_KEY }
  if (!conditional) return {}
  return { header: answers.orCreated ? IF_EITHER : IF_MATCH }
}

/** `GET /orgs/{org}/apps/{app}` → `getOrgsOrgAppsApp`. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

function tagOf(path: string): string {
  const fixed = path.split('/').filter((part) => part !== '' && !part.startsWith('{'))
  return (fixed[0] === 'orgs' && fixed[1]) || fixed[0] || 'api'
}
