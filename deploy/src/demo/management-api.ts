import { z } from 'zod'

/** Management's REST API, as a user calls it. */
export interface ManagementApi {
  get(path: string): Promise<unknown>
  /** The lines of an NDJSON answer. */
  getLines(path: string): Promise<readonly unknown[]>
  post(path: string, body: unknown): Promise<unknown>
  put(path: string, body?: unknown): Promise<unknown>
  delete(path: string): Promise<unknown>
}

const TIMEOUT_MS = 40_000

const Problem = z.object({ detail: z.string().optional(), code: z.string().optional() })
const SignedIn = z.object({ token: z.string() })

/** @throws Error with the text of the problem. */
export async function signIn(base: string, email: string, password: string): Promise<ManagementApi> {
  const answer = await call(base, undefined, 'POST', '/auth/sign-in', { email, password })
  return withToken(base, SignedIn.parse(answer).token)
}

/** Uses a session or a personal access token as bearer token. */
export function withToken(base: string, token: string): ManagementApi {
  return {
    get: (path) => call(base, token, 'GET', path),
    getLines: async (path) => {
      const text = await send(base, token, 'GET', path)
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line))
    },
    post: (path, body) => call(base, token, 'POST', path, body),
    put: (path, body) => call(base, token, 'PUT', path, body),
    delete: (path) => call(base, token, 'DELETE', path),
  }
}

async function call(
  base: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const text = await send(base, token, method, path, body)
  return text === '' ? undefined : JSON.parse(text)
}

/** @throws Error with the text of the problem. */
async function send(
  base: string,
  token: string | undefined,
  method: string,
  path: string,
  body?: unknown,
): Promise<string> {
  const answer = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const text = await answer.text()
  if (answer.ok) return text
  const problem = Problem.safeParse(text === '' ? undefined : JSON.parse(text)).data
  throw new Error(
    `${method} ${path} answered ${answer.status} ${problem?.code ?? ''}: ${problem?.detail ?? 'no detail'}`,
  )
}
