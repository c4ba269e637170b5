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
        'Ids of other organizations are answered as if they did not exist. Lists take `?limit` and `?cursor`; `next` is null on the last page.',
    },
    servers: [{ url: API_PREFIX }],
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token that `POST /auth/sign-in` answered, or a personal access token (pma_pat_…).',
        },
        cookie: { type: 'apiKey', in: 'cookie', name: '__Host-pma', description: 'Only for same-origin pages.' },
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
      ...(isTagged(route)
        ? {
            304: { description: 'Not modified: the client already has this representation. No body.', headers: TAGGED },
          }
        : {}),
      default: {
        description: isOrgPermission(route.permission)
          ? 'Refused. An organization that the caller is not a member of also answers 404.'
          : 'Refused.',
        content: { 'application/problem+json': { schema: ProblemBody } },
      },
    },
  }
}

function success(route: Route, description: string): ZodOpenApiResponseObject {
  const { answers } = route
  if (answers.lines)
    return { description: 'One JSON object per line.', content: { [NDJSON]: { schema: answers.lines } } }
  return {
    description,
    ...(isTagged(route) ? { headers: TAGGED } : {}),
    ...(answers.body ? { content: { 'application/json': { schema: answers.body } } } : {}),
  }
}

/** Whether the route reads a single thing: its path ends with the thing's name or id, or it says so. */
function isTagged({ method, path, conditional }: Route): boolean {
  return method === 'GET' && (path.endsWith('}') || conditional === true)
}

const TAGGED = z.object({
  ETag: z
    .string()
    .meta({ description: 'ETag of this representation. It changes whenever the representation changes.' }),
})

const IF_MATCH = z.object({
  'if-match': z
    .string()
    .optional()
    .meta({ description: 'ETags as they were read, or *. Answers 412 PRECONDITION_FAILED if none matches.' }),
})

const IF_EITHER = IF_MATCH.extend({
  'if-none-match': z.string().optional().meta({ description: '* to create only: answers 412 if the resource exists.' }),
})

const OF_READS = z.object({
  'if-match': z
    .string()
    .optional()
    .meta({ description: 'ETags as they were read, or *. Answers 412 if none matches.' }),
  'if-none-match': z
    .string()
    .optional()
    .meta({ description: 'ETags as they were read. Answers 304 if one of them matches.' }),
})

const IDEMPOTENCY_KEY = z.object({
  'idempotency-key': z.string().optional().meta({
    description:
      'A key of your choice, such as a UUID. Repeating the request with the same key within 24 hours creates nothing twice.',
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
