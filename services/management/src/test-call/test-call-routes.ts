import { foldHeaderName, wrongHeaderName, wrongHeaderText } from '@protectmyapi/service-kit/http/header-name'
import { z } from 'zod'
import { type Route, route } from '../http/route.js'
import { makeTestCall, type TestCallDeps } from './make-test-call.js'

const LIMITS = {
  pathCharsMax: 2_048,
  headersMax: 16,
  headerNameCharsMax: 128,
  headerCharsMax: 1_024,
  bodyCharsMax: 64 * 1024,
} as const

/** Visible ASCII without `?` and `#`. The proxy decides which paths of a service are allowed, as it does for an app. */
const Path = z
  .string()
  .max(LIMITS.pathCharsMax)
  .regex(/^\/[\x21\x22\x24-\x3e\x40-\x7e]*$/, 'Give a path that begins with a slash, encoded, without a query.')
const Query = z
  .string()
  .max(LIMITS.pathCharsMax)
  .regex(/^[\x21\x22\x24-\x7e]*$/, 'Give a query without its question mark, encoded.')

/** `content-type` is allowed, unlike in a service's own headers, because a test call may have a body. */
const Headers = z
  .record(z.string().max(LIMITS.headerNameCharsMax), z.string().max(LIMITS.headerCharsMax))
  .refine((fields) => Object.keys(fields).length <= LIMITS.headersMax, `At most ${LIMITS.headersMax} fields.`)
  .superRefine((fields, context) => {
    for (const [name, text] of Object.entries(fields)) {
      const wrong = (name.toLowerCase() === 'content-type' ? undefined : wrongHeaderName(name)) ?? wrongHeaderText(text)
      if (wrong !== undefined) context.addIssue({ code: 'custom', path: [name], message: wrong })
    }
    const names = Object.keys(fields).map(foldHeaderName)
    if (new Set(names).size < names.length) context.addIssue({ code: 'custom', message: 'A field is given twice.' })
  })

const TestCallInput = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']).default('GET'),
    path: Path.meta({ description: 'The path that an app would send, below the service.' }),
    query: Query.optional(),
    headers: Headers.optional(),
    body: z.string().max(LIMITS.bodyCharsMax).optional(),
  })
  .meta({ id: 'TestCallInput' })

const TestCallView = z
  .object({
    status: z.int().meta({ description: 'The status that an app would have got, from the provider or the proxy.' }),
    requestId: z.string().nullable(),
    sessionId: z.string().meta({ description: 'The audit trail names it; the access log has the request id.' }),
    contentType: z.string().nullable(),
    body: z.string().nullable().meta({
      description:
        'The first 16 KiB. Null if it is not text or was cut off, for example because it contained a secret.',
    }),
    complete: z.boolean(),
    elapsedMs: z.int(),
  })
  .meta({ id: 'TestCall' })

export function testCallRoutes(deps: TestCallDeps): readonly Route[] {
  const call = route({
    method: 'POST',
    path: '/orgs/{org}/services/{service}/test-call',
    summary: 'Send one request through a proxy, as an app would',
    description:
      'The service’s secrets, limits, quotas and allow-lists apply, and the request is recorded like an app’s. It is a real request: the provider carries it out and bills for it.',
    permission: 'services:write',
    body: TestCallInput,
    answers: { status: 200, body: TestCallView },
    handle: async ({ actor, org, params, principal, body }) => {
      const { method, path, query, headers = {}, body: sent } = body
      const request = { method, path, query, headers, body: sent }
      const { userId } = principal
      const made = await makeTestCall(deps, actor, org, { service: params.service, userId, request })
      const { answer, sessionId, elapsedMs } = made
      return {
        body: {
          status: answer.status,
          requestId: answer.requestId,
          sessionId,
          contentType: answer.contentType,
          body: answer.body,
          complete: answer.complete,
          elapsedMs,
        },
      }
    },
  })
  return [call]
}
