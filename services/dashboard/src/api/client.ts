import createClient from 'openapi-fetch'
import type { paths } from '../generated/openapi.js'
import { Problem } from './problem.js'

/** The REST API, typed by its OpenAPI document. The browser adds the session's cookie. */
export const api = createClient<paths>({
  baseUrl: '/api/v1',
  credentials: 'same-origin',
  // An answer is fetched when it is shown: management forbids storing any.
  cache: 'no-store',
})

interface Answer<Data> {
  readonly data?: Data
  readonly error?: unknown
  readonly response: Response
}

/** What management answered. @throws Problem. */
export async function answerOf<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await call.catch(() => {
    throw new Problem({})
  })
  if (!response.ok) throw new Problem(isObject(error) ? error : {}, response.status)
  // Absent only where the contract declares no body, and Data is undefined there.
  return data as Data
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
