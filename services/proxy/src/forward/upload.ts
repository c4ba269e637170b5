import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { Fault } from '@protectmyapi/service-kit/faults'

const LIMITS = {
  /** How many chunks may be of any size: events or speech may come in small ones for minutes. */
  smallChunksMax: 16_384,
  /**
   * Bytes that a chunk must have on average beyond that number, because each one costs the parser as much as some
   * hundred bytes do.
   */
  chunkBytesMin: 16,
  /** From this size on a chunk is passed on by itself, because copying it would cost more than writing it. */
  wholeFromBytes: 4 * 1024,
} as const

/** The client is gone, so there is nobody to answer. */
export class ClientLeft extends Error {
  constructor() {
    super('the client left')
    this.name = 'ClientLeft'
  }
}

interface UploadOptions {
  readonly bytesMax: number
  /** The fault that ends an upload larger than the bound, and with it the request to the provider. */
  readonly tooLarge: () => Fault
  /** Called before the first byte is read, when `100 Continue` is due. */
  readonly begin: () => void
}

/**
 * A request body on its way through. It is a stream of its own, so that an error in it leaves the client's connection
 * whole and an answer can still be sent. Small chunks of one packet are joined, because otherwise a client that sends
 * one byte in each would cost a write for each.
 */
export class Upload extends Readable {
  readonly #incoming: IncomingMessage
  readonly #options: UploadOptions
  #begun = false
  #chunks = 0
  /** Small chunks of the current packet. */
  #small: Buffer[] = []
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
    // The rest is read and dropped, within the bounds of the code that answers.
    this.#incoming.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose).resume()
    done(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.bytes += chunk.length
    this.#chunks += 1
    if (this.bytes > this.#options.bytesMax) this.destroy(this.#options.tooLarge())
    else if (this.#chunks > LIMITS.smallChunksMax && this.bytes < this.#chunks * LIMITS.chunkBytesMin)
      this.destroy(chunksTooSmall())
    else if (chunk.length < LIMITS.wholeFromBytes) {
      // The parser is still working on the packet and delivers the rest of it before this runs.
      if (this.#small.length === 0) process.nextTick(() => this.#flush())
      this.#small.push(chunk)
    } else {
      this.#flush()
      this.#handOn(chunk)
    }
  }

  #flush(): void {
    const small = this.#small
    this.#small = []
    const [first] = small
    if (first !== undefined && !this.destroyed) this.#handOn(small.length === 1 ? first : Buffer.concat(small))
  }

  #handOn(bytes: Buffer): void {
    if (!this.push(bytes)) this.#incoming.pause()
  }

  readonly #onEnd = (): void => {
    this.#flush()
    this.push(null)
  }

  /** If the body is complete, `end` has come before. */
  readonly #onClose = (): void => {
    if (!this.#incoming.complete) this.destroy(new ClientLeft())
  }
}

function chunksTooSmall(): Fault {
  return new Fault('INVALID_REQUEST', `chunks of fewer than ${LIMITS.chunkBytesMin} bytes on average`, {
    say: `The body’s chunks are too small. After the first ${LIMITS.smallChunksMax} chunks, they must average at least ${LIMITS.chunkBytesMin} bytes.`,
  })
}
