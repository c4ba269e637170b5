import http from 'node:http'
import { z } from 'zod'

/** What came back. */
export interface Reply {
  readonly startMs: number
  readonly endMs: number
  /** 0 where no whole answer came. */
  readonly status: number
  readonly code: string
  readonly isProblem: boolean
  /** Why no whole answer came, by Node's code; empty where one came. */
  readonly error: string
  readonly body: string
}

export interface Sending {
  readonly agent: http.Agent
  readonly port: number
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

const LIMITS = {
  /** Longer than any proxy is frozen. */
  answerMs: 20_000,
} as const

/** What Node says of a socket that is silent for too long. */
const NO_ANSWER = 'ETIMEDOUT'

const Problem = z.object({ type: z.string(), status: z.number(), code: z.string() })

/** Sends one request, once. Never throws. */
export function send({ agent, port, path, method, headers, body }: Sending): Promise<Reply> {
  const startMs = performance.now()
  return new Promise((resolve) => {
    const settle = (status: number, text: string, type: string): void => {
      const isProblem = type.startsWith('application/problem+json')
      const code = isProblem ? codeOf(status, text) : ''
      resolve({ startMs, endMs: performance.now(), status, code, isProblem, error: '', body: text })
    }
    const fail = ({ code: error = 'no code' }: NodeJS.ErrnoException): void =>
      resolve({ startMs, endMs: performance.now(), status: 0, code: '', isProblem: false, error, body: '' })
    const request = http.request({ agent, host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => settle(answer.statusCode ?? 0, text, answer.headers['content-type'] ?? ''))
      answer.on('error', fail)
    })
    request.setTimeout(LIMITS.answerMs, () =>
      request.destroy(Object.assign(new Error('no answer'), { code: NO_ANSWER })),
    )
    request.on('error', fail)
    request.end(body)
  })
}

/** Empty where the body is no problem, or one that speaks of another status. */
function codeOf(status: number, text: string): string {
  try {
    const problem = Problem.safeParse(JSON.parse(text)).data
    return problem?.status === status ? problem.code : ''
  } catch {
    return ''
  }
}
