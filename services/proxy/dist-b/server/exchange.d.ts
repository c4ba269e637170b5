import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '@protectmyapi/service-kit/clock'
import type { Fault } from '@protectmyapi/service-kit/faults'
export interface ExchangeOptions {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly sourceAddress: string
  /** Under which the client knows us; null where that cannot be told. */
  readonly clientOrigin: () => string | null
  /** The client holds the body back until it reads `100 Continue`. */
  readonly waits: boolean
}
/** One request of a client and the answer to it: what every answer carries, and how it may end. */
export declare class Exchange {
  #private
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly sourceAddress: string
  readonly clientOrigin: () => string | null
  readonly waits: boolean
  constructor({ incoming, outgoing, clock, sourceAddress, clientOrigin, waits }: ExchangeOptions)
  get requestId(): string
  /** For a request that begins once more: what was recorded under the old id has been voided. */
  renewRequestId(): void
  elapsedMs(): number
  get method(): string
  /** There is nobody to be answered any more. */
  get over(): boolean
  /**
   * Calls back once: when the whole answer was handed to the system, or when the connection is gone before. The
   * connection is listened to as well, since the answer to a pipelined request learns nothing of its end.
   */
  whenOver(listener: (complete: boolean) => void): void
  /** @param awayMs of the time until now, what others took. */
  sendHead(status: number, reason: string, fields: readonly string[], awayMs: number): void
  /** Name, value, … Only a chunked answer has a place for them. */
  sendTrailers(fields: readonly string[]): void
  sendBody(body: Buffer): void
  /** Answers with a refusal, if there is still somebody to answer. */
  refuse(fault: Fault): void
  /** Ends an answer that cannot be completed so that it does not look complete. */
  cut(): void
}
