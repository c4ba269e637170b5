import { type ClientRequest, type IncomingMessage } from 'node:http'
import { type ProxyUnderTest } from './start-proxy.js'
/** Opens a request and hands the answer over as it begins. */
export declare function open(
  proxy: ProxyUnderTest,
  method: string,
  path: string,
  headers?: Record<string, string>,
): {
  request: ClientRequest
  answer: Promise<IncomingMessage>
}
/** Reads to the end; `whole` is false where the connection broke before it. */
export declare function readAll(answer: IncomingMessage): Promise<{
  body: string
  whole: boolean
}>
/** The next piece, as it comes. */
export declare const next: (stream: IncomingMessage) => Promise<string>
/** What was said of the first admitted request's end. */
export declare const endOf: (proxy: ProxyUnderTest) => Promise<
  | {
      readonly finished: import('../record/recorder.js').Outcome
    }
  | {
      readonly voided: string
    }
>
/** All that a raw connection answers until it closes. */
export declare function exchangeRaw(port: number, text: string): Promise<string>
export declare const rawGet: (path?: string, version?: string) => string
export declare function originOf(proxy: ProxyUnderTest): string
