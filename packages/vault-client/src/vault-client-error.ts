/** What each refusal tells the caller to do. The codes are those of the product's table, and four of this package. */
const SAY: Readonly<Record<string, string>> = {
  SECRET_NOT_FOUND:
    'Secret not found. Check the name’s spelling (case-sensitive), that the secret exists in the organization that this service is registered for, and that it is bound to this service: its SPIFFE id in bindings.services.',
  SECRET_EXPIRED: 'The secret has expired. Replace its value.',
  FORBIDDEN:
    'This identity is not registered as an internal service. Ask an operator to register it: management register-internal-service <organization> <name> <spiffe-id>.',
  DESTINATION_NOT_ALLOWED: 'The secret is not bound to this service.',
  INVALID_GRANT: 'The grant was refused. Check that the clocks of management and vault agree within 5 seconds.',
  SECRET_DECRYPTION_FAILED: 'The stored secret cannot be used. Enter its value again.',
  RATE_LIMITED:
    'This identity asks too often; all of its processes together may ask ten times a second. Ask for several secrets in one call.',
  INTERNAL: 'Management or the vault failed. Try again.',
  UNAVAILABLE: 'Management or the vault cannot be reached. Try again.',
  OTHER_NAME:
    'Management answers with a secret whose value was entered under another name. Put the value again under the name that this service asks for. If nobody has renamed the secret, somebody may be writing to management’s database.',
  LEASE_ENDED: 'This lease has ended. Ask the client for the secret again, each time you need it.',
  CLOSED: 'The client was closed.',
  TLS_FILES:
    'The files of `tls` cannot be used: one cannot be read, or the key is not the certificate’s. The error’s cause says which.',
}

const RETRYABLE: ReadonlySet<string> = new Set(['UNAVAILABLE', 'INTERNAL', 'RATE_LIMITED'])

/** A refusal with a stable code. Never contains a value. */
export class VaultClientError extends Error {
  readonly code: string
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean

  constructor(code: string, options?: ErrorOptions) {
    super(`${code}: ${SAY[code] ?? 'Refused by the other side.'}`, options)
    this.name = 'VaultClientError'
    this.code = code
    this.retryable = RETRYABLE.has(code)
  }
}
