import type { z } from 'zod'
import type { Answer, Ask } from './ask.js'

/** Management's REST API as its users call it. `ask` answers refusals instead of throwing. */
export interface Management {
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** @throws Error where the request is refused. The error does not contain what was sent. */
  make<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T>
}

export function createManagement(ask: Ask, base: string, token: string): Management {
  const call: Management['ask'] = (method, path, body, headers = {}) =>
    ask({
      method,
      url: `${base}/api/v1${path}`,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  return {
    ask: call,
    async make(schema, method, path, body) {
      const answer = await call(method, path, body)
      const parsed = schema.safeParse(answer.body === '' ? undefined : JSON.parse(answer.body))
      if (answer.status >= 300 || !parsed.success)
        throw new Error(`${method} ${path} answered ${answer.status}: ${answer.body}`)
      return parsed.data
    },
  }
}
