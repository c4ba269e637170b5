import http from 'node:http'
import type { Collected } from '../places/collected.js'

/** One request, and when to abandon it. */
export interface Request {
  readonly method: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Disconnects when that many bytes of the answer have come; 0 disconnects before any of it. */
  readonly leaveAfterBytes?: number
}

export interface Answer {
  /** 0 where no answer came. */
  readonly status: number
  readonly body: string
}

/** Sends a request and keeps every byte that comes back. Never throws, because a cut connection counts as an answer. */
export type Ask = (request: Request) => Promise<Answer>

const LIMITS = {
  /** Longer than the longest wait of a writer for a proxy that has died. */
  timeoutMs: 60_000,
} as const

export function createAsk(answers: Collected): Ask {
  return ({ method, url, headers = {}, body, leaveAfterBytes }) =>
    new Promise((resolve) => {
      const chunks: Buffer[] = []
      let status = 0
      const end = (): void => {
        const bytes = Buffer.concat(chunks)
        answers.add(bytes)
        resolve({ status, body: bytes.toString('utf8') })
      }
      const request = http.request(url, { method, headers, agent: false, timeout: LIMITS.timeoutMs }, (response) => {
        status = response.statusCode ?? 0
        answers.add(Buffer.from([response.statusMessage, ...response.rawHeaders].join('\n'), 'latin1'))
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          if (leaveAfterBytes !== undefined && Buffer.concat(chunks).length >= leaveAfterBytes) request.destroy()
        })
        response.once('close', () => {
          answers.add(Buffer.from(response.rawTrailers.join('\n'), 'latin1'))
          end()
        })
      })
      request.once('information', ({ rawHeaders }) => answers.add(Buffer.from(rawHeaders.join('\n'), 'latin1')))
      request.once('timeout', () => request.destroy())
      request.once('error', () => {
        if (status === 0) end()
      })
      request.end(body)
      if (leaveAfterBytes === 0) request.once('finish', () => setImmediate(() => request.destroy()))
    })
}
