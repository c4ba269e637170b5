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
  /** The id of the request in the proxy's log, where the answer is a problem; else empty. */
  readonly requestId: string
  /** Node's code for why no whole answer came; empty where one came. */
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

/** The code that Node uses for a socket that was silent for too long. */
const NO_ANSWER = 'ETIMEDOUT'

const Problem = z.object({ type: z.string(), status: z.number(), code: z.string(), requestId: z.string() })

/** Sends one request, once. Never throws. */
export function send({ agent, port, path, method, headers, body }: Sending): Promise<Reply> {
  const startMs = performance.now()
  return new Promise((resolve) => {
    const settle = (status: number, text: string, type: string): void => {
      const isProblem = type.startsWith('application/problem+json')
      const { code, requestId } = isProblem ? told(status, text) : NOTHING_TOLD
      resolve({ startMs, endMs: performance.now(), status, code, requestId, isProblem, error: '', body: text })
    }
    const fail = ({ code: error = 'no code' }: NodeJS.ErrnoException): void => {
      const none = { status: 0, ...NOTHING_TOLD, isProblem: false, body: '' }
      resolve({ startMs, endMs: performance.now(), ...none, error })
    }
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

const NOTHING_TOLD = { code: '', requestId: '' } as const

/** Empty where the body is not a problem, or is one with another status than the answer's. */
function told(status: number, text: string): Pick<Reply, 'code' | 'requestId'> {
  try {
    const problem = Problem.safeParse(JSON.parse(text)).data
    return problem?.status === status ? { code: problem.code, requestId: problem.requestId } : NOTHING_TOLD
  } catch {
    return NOTHING_TOLD
  }
}
