import type { IncomingMessage } from 'node:http'
/** Providers take audio and files of up to 25–200 MB; this is the bound of one body, and it is never held in memory. */
export declare const BODY_BYTES_MAX: number
export type RequestBody =
  | {
      readonly kind: 'none'
    }
  | {
      readonly kind: 'whole'
      readonly bytes: Buffer
    }
  /** Length in bytes where the client said it. */
  | {
      readonly kind: 'streamed'
      readonly length: number | null
    }
/**
 * How the request's body comes, and all of it where it is small.
 *
 * @param waits the client waits for `100 Continue`: then nothing is read yet.
 * @throws Fault INVALID_REQUEST for framing that is not plain, TOO_LARGE; ClientLeft.
 */
export declare function takeBody(incoming: IncomingMessage, waits: boolean): Promise<RequestBody>
