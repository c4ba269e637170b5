import { Readable } from 'node:stream'
import { Fault } from '@protectmyapi/service-kit/faults'
/** The client is gone: nobody is there to be answered. */
export class ClientLeft extends Error {
  constructor() {
    super('the client left')
    this.name = 'ClientLeft'
  }
}
/**
 * A request body on its way through. A stream of its own, so that whatever ends it leaves the client's connection
 * whole: an answer can still be sent over it.
 */
export class Upload extends Readable {
  #incoming
  #bytesMax
  #begin
  #begun = false
  bytes = 0
  /** @param begin called before the first byte is asked for: where `100 Continue` is due. */
  constructor(incoming, bytesMax, begin) {
    super()
    this.#incoming = incoming
    this.#bytesMax = bytesMax
    this.#begin = begin
    incoming.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose).pause()
  }
  _read() {
    if (!this.#begun) {
      this.#begun = true
      this.#begin()
    }
    this.#incoming.resume()
  }
  _destroy(error, done) {
    // The rest is read and dropped, within the bounds of whoever answers.
    this.#incoming.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose).resume()
    done(error)
  }
  #onData = (chunk) => {
    this.bytes += chunk.length
    if (this.bytes > this.#bytesMax)
      this.destroy(new Fault('TOO_LARGE', `the body is larger than ${this.#bytesMax} bytes`))
    else if (!this.push(chunk)) this.#incoming.pause()
  }
  #onEnd = () => {
    this.push(null)
  }
  /** Of a body that is whole, `end` has come before. */
  #onClose = () => {
    if (!this.#incoming.complete) this.destroy(new ClientLeft())
  }
}
//# sourceMappingURL=upload.js.map
