import { connect, type Socket } from 'node:net'

const END_OF_HEAD = '\r\n\r\n'
const LENGTH = /\r\ncontent-length: *(\d+)/i

/**
 * A keep-alive connection that sends prepared bytes and tells when an answer is complete. Of an answer it parses status
 * and length only, because making load must cost less than what is measured.
 */
export class RawConnection {
  readonly #socket: Socket
  readonly #answered: (status: number) => void
  #rest: Buffer | null = null
  #bodyLeft = 0
  #status = 0

  /** @param broken called when the connection ends. */
  constructor(port: number, answered: (status: number) => void, broken: (cause: Error) => void) {
    this.#answered = answered
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.on('data', (chunk) => this.#take(chunk))
    this.#socket.on('error', broken)
    this.#socket.on('end', () => broken(new Error('the connection was closed')))
  }

  send(request: Buffer): void {
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(fresh: Buffer): void {
    const chunk = this.#rest === null ? fresh : Buffer.concat([this.#rest, fresh])
    this.#rest = null
    let at = 0
    while (at < chunk.length) {
      if (this.#bodyLeft === 0) {
        const end = chunk.indexOf(END_OF_HEAD, at, 'latin1')
        if (end < 0) {
          this.#rest = chunk.subarray(at)
          return
        }
        this.#readHead(chunk.toString('latin1', at, end))
        at = end + END_OF_HEAD.length
      }
      const taken = Math.min(this.#bodyLeft, chunk.length - at)
      this.#bodyLeft -= taken
      at += taken
      if (this.#bodyLeft === 0) this.#answered(this.#status)
    }
  }

  #readHead(head: string): void {
    this.#status = Number(head.slice(9, 12))
    this.#bodyLeft = Number(LENGTH.exec(head)?.[1] ?? 0)
  }
}
