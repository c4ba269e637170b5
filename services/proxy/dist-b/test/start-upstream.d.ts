import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { type Socket } from 'node:net'
/** What a provider received. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}
export interface Upstream {
  readonly port: number
  readonly received: Received[]
  close(): Promise<void>
}
/** A provider that reads each request to its end, then answers. */
export declare function startUpstream(answer: (received: Received, response: ServerResponse) => void): Promise<Upstream>
/** A provider that sees requests as they come. */
export declare function serve(listener: RequestListener): Promise<{
  port: number
  close(): Promise<void>
}>
/** A provider of bytes. */
export declare function startRawUpstream(onSocket: (socket: Socket) => void): Promise<{
  port: number
  close(): Promise<void>
}>
