import { inspect } from 'node:util'

const REDACTED = '[secret]'

/** A secret as text. It does not print: not in a template string, JSON, a log or an inspector. */
export class SecretText {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The one word to search for in review. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}

/** A secret as bytes, which can be wiped. Does not print, like SecretText. */
export class SecretBytes {
  readonly #bytes: Buffer

  /** Takes the bytes over: the caller keeps no other reference to them. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The bytes themselves, not a copy. */
  reveal(): Buffer {
    return this.#bytes
  }

  /** Overwrites the bytes. */
  wipe(): void {
    this.#bytes.fill(0)
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}
