import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { StringDecoder } from 'node:string_decoder'
import { Fault } from '@protectmyapi/service-kit/faults'
import { SECRET_LIMITS } from '../secrets/secret-input.js'

const LIMITS = {
  /** Bytes of an answer that are shown to the person: enough to see what a provider says. */
  bodyBytesMax: 16 * 1024,
  /**
   * Bytes to read after those before any of them is shown. The proxy cuts an answer off at the end of a secret's value,
   * whose beginning may have been sent by then. A byte takes at most six: `\u0026`. What the proxy still holds back
   * needs no room, because it has been searched.
   */
  behindBytesMax: 6 * SECRET_LIMITS.valueBytesMax,
  headBytesMax: 64 * 1024,
  /** Slightly less than the life of the session that the call is made with. */
  totalMs: 25_000,
} as const

/** One request to a proxy. */
export interface ProxyRequest {
  readonly method: string
  /** Path and query, visible ASCII. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface ProxyAnswer {
  readonly status: number
  readonly contentType: string | null
  readonly requestId: string | null
  /** Null if it is not text, or if the proxy or the provider cut the answer off, even after the bytes to be shown. */
  readonly body: string | null
  /** Whether `body` is the whole answer: not cut off, and not longer than `bodyBytesMax`. */
  readonly complete: boolean
}

/** Sends a request once, to the proxy's URL that the operator has set. @throws Fault UNAVAILABLE, UPSTREAM_TIMEOUT. */
export type CallProxy = (request: ProxyRequest) => Promise<ProxyAnswer>

/**
 * Management's only connection to a proxy. Only the operator sets its address. It follows no redirects and keeps no
 * connection.
 */
export function createCallProxy(proxyUrl: URL): CallProxy {
  const send = proxyUrl.protocol === 'https:' ? requestHttps : requestHttp
  return ({ method, target, headers, body }) =>
    new Promise((resolve, reject) => {
      const request = send(proxyUrl, {
        method,
        path: target,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
        agent: false,
        maxHeaderSize: LIMITS.headBytesMax,
      })
      const timer = setTimeout(() => request.destroy(new Fault('UPSTREAM_TIMEOUT', 'a test call')), LIMITS.totalMs)
      request.once('error', (cause) => {
        clearTimeout(timer)
        reject(cause instanceof Fault ? cause : new Fault('UNAVAILABLE', 'no proxy answers a test call', { cause }))
      })
      request.once('response', (response) => {
        void readAnswer(response).then((answer) => {
          clearTimeout(timer)
          request.destroy()
          resolve(answer)
        })
      })
      request.end(body)
    })
}

/** Content types of text that a person can read. */
const TEXT = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|x-ndjson))/i

function readAnswer(response: IncomingMessage): Promise<ProxyAnswer> {
  const contentType = response.headers['content-type'] ?? null
  const isText = contentType !== null && TEXT.test(contentType) && response.headers['content-encoding'] === undefined
  const decoder = new StringDecoder('utf8')
  let text = ''
  let bytes = 0
  return new Promise((resolve) => {
    const answer = (complete: boolean, whole: boolean): void =>
      resolve({
        status: response.statusCode ?? 0,
        contentType,
        requestId: stringOf(response.headers['pma-request-id']),
        body: isText && whole ? text : null,
        complete,
      })
    response.on('data', (chunk: Buffer) => {
      const room = Math.max(0, LIMITS.bodyBytesMax - bytes)
      bytes += chunk.length
      text += decoder.write(chunk.subarray(0, room))
      if (bytes > LIMITS.bodyBytesMax + LIMITS.behindBytesMax) answer(false, true)
    })
    response.once('end', () => answer(bytes <= LIMITS.bodyBytesMax, true))
    // Cut off, perhaps because the proxy found a secret's value in it: nothing of the answer is shown.
    response.once('error', () => answer(false, false))
    response.once('close', () => answer(false, false))
  })
}

const stringOf = (field: string | string[] | undefined): string | null => (typeof field === 'string' ? field : null)
