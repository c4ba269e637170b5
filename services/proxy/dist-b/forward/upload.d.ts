import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
/** The client is gone: nobody is there to be answered. */
export declare class ClientLeft extends Error {
  constructor()
}
/**
 * A request body on its way through. A stream of its own, so that whatever ends it leaves the client's connection
 * whole: an answer can still be sent over it.
 */
export declare class Upload extends Readable {
  #private
  bytes: number
  /** @param begin called before the first byte is asked for: where `100 Continue` is due. */
  constructor(incoming: IncomingMessage, bytesMax: number, begin: () => void)
  _read(): void
  _destroy(error: Error | null, done: (error?: Error | null) => void): void
}
