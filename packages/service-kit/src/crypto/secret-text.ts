import { inspect } from 'node:util'

const REDACTED = '[secret]'

/** A secret as text. It never prints: not in a template string, in JSON, in a log or in an inspector. */
export class SecretText {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The one method name to search for in review. */
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

/** A secret as bytes that can be wiped. It never prints, like SecretText. */
export class SecretBytes {
  readonly #bytes: Buffer

  /** Takes ownership of the bytes: the caller must keep no reference to them. */
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
