/** Management's REST API for tests: an answer other than 2xx throws, with status and problem. */
export interface Rest {
  get<T>(path: string): Promise<T>
  post<T>(path: string, body?: unknown): Promise<T>
  put<T>(path: string, body?: unknown): Promise<T>
  patch<T>(path: string, body: unknown): Promise<T>
  remove(path: string): Promise<void>
  signIn(email: string, password: string): Promise<Rest>
}

/** An answer that is a refusal. */
class RestProblem extends Error {
  readonly status: number
  readonly code: string

  constructor(what: string, status: number, body: string) {
    super(`${what} answered ${status}: ${body}`)
    this.name = 'RestProblem'
    this.status = status
    this.code = /"code":"([A-Z_]+)"/.exec(body)?.[1] ?? ''
  }
}

/** Longer than the horizon and its margin, because a writer may have to wait for a frozen proxy. */
const TIMEOUT_MS = 60_000

export function createRest(base: string, token?: string): Rest {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
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
    if (!answer.ok) throw new RestProblem(`${method} ${path}`, answer.status, text)
    // The only place where the tests assume the shape of an answer.
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body) => call('PATCH', path, body),
    remove: (path) => call('DELETE', path),
    async signIn(email, password) {
      const signedIn = await call<{ token: string }>('POST', '/auth/sign-in', { email, password })
      return createRest(base, signedIn.token)
    },
  }
}
