import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Fault } from '@protectmyapi/service-kit/faults'

/** The client is gone: nobody is there to be answered. */
export class ClientLeft extends Error {
  constructor() {
    super('the client left')
    this.name = 'ClientLeft'
  }
}

interface UploadOptions {
  readonly bytesMax: number
  /** What ends an upload that passes the bound, and with it the request to the provider. */
  readonly tooLarge: () => Fault
  /** Called before the first byte is asked for: where `100 Continue` is due. */
  readonly begin: () => void
}

/**
 * A request body on its way through. A stream of its own, so that whatever ends it leaves the client's connection
 * whole: an answer can still be sent over it.
 */
export class Upload extends Readable {
  readonly #incoming: IncomingMessage
  readonly #options: UploadOptions
  #begun = false
  bytes = 0

  constructor(incoming: IncomingMessage, options: UploadOptions) {
    super()
    this.#incoming = incoming
    this.#options = options
    incoming.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose).pause()
  }

  override _read(): void {
    if (!this.#begun) {
      this.#begun = true
      this.#options.begin()
    }
    this.#incoming.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // The rest is read and dropped, within the bounds of whoever answers.
    this.#incoming.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose).resume()
    done(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.bytes += chunk.length
    if (this.bytes > this.#options.bytesMax) this.destroy(this.#options.tooLarge())
    else if (!this.push(chunk)) this.#incoming.pause()
  }

  readonly #onEnd = (): void => {
    this.push(null)
  }

  /** Of a body that is whole, `end` has come before. */
  readonly #onClose = (): void => {
    if (!this.#incoming.complete) this.destroy(new ClientLeft())
  }
}
