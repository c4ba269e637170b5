/** The form of one refusal on each protocol. */
export interface FaultSpec {
  /** HTTP status. */
  readonly http: number
  /** Name of the gRPC status. */
  readonly grpc: GrpcStatusName
  /** What a caller reads if nothing more precise is known. Says what to do. */
  readonly say: string
  /** The code shown to callers, if two rows mean the same to them. */
  readonly shownAs?: string
  /**
   * The refusal passes with time, and nothing was sent to a provider, so SDKs may retry by themselves. For all others a
   * retry does not help, or the provider may already have done the work: a second POST would be billed twice.
   */
  readonly retry?: true
}

type GrpcStatusName =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'ABORTED'
  | 'UNIMPLEMENTED'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'DEADLINE_EXCEEDED'
  | 'INTERNAL'

/**
 * The table of every refusal of the product, on every protocol. A code is never removed or given another meaning,
 * because apps depend on it.
 */
export const FAULTS = {
  INVALID_REQUEST: {
    http: 400,
    grpc: 'INVALID_ARGUMENT',
    say: 'The request is not valid. Correct the fields listed in errors and send it again.',
  },
  PATH_NOT_ALLOWED: {
    http: 400,
    grpc: 'INVALID_ARGUMENT',
    say: 'This path is not allowed. Send it without dot segments, empty segments, backslashes or encoded slashes, and within the paths that the service allows.',
  },
  UNAUTHORIZED: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    say: 'No credential was found. Send an app session (pma_ses_…) or an app token (pma_app_…) where the provider’s SDK puts its API key.',
  },
  TOKEN_EXPIRED: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    say: 'This token has expired. Get a new one and send the request again.',
  },
  INVALID_TOKEN: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    say: 'This token is not valid. Check that it was copied whole and has not been revoked.',
  },
  FORBIDDEN: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'You may not do this. Ask an owner or an admin of the organization.',
  },
  ATTESTATION_REQUIRED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'This app’s policy requires attestation. Exchange an attestation or a debug token for a session (pma_ses_…) and send that.',
  },
  ATTESTATION_FAILED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'The attestation did not verify. Make a new one against a fresh challenge.',
  },
  INVALID_ATTESTATION: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'The attestation could not be read. Send it as the platform’s API returned it.',
  },
  ATTESTATION_EXPIRED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'The attestation is too old. Make a new one against a fresh challenge.',
  },
  DEVICE_COMPROMISED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'This device does not meet the app’s policy. Use another one, or have an owner or admin change the policy.',
  },
  EMULATOR_DETECTED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'The app’s policy does not allow emulators. Use a debug token in development.',
  },
  DEBUGGER_DETECTED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'The app’s policy does not allow debuggers. Use a debug token in development.',
  },
  APP_TAMPERED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'This copy of the app is not the one that was published. Reinstall it from the store; use a debug token in development.',
  },
  APP_DISABLED: { http: 403, grpc: 'PERMISSION_DENIED', say: 'This app is disabled. An owner or admin can enable it.' },
  ENDPOINT_DISABLED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'This API service is disabled. An owner or admin can enable it.',
  },
  ENDPOINT_NOT_LINKED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'This app is not linked to this API service. Link them in the organization that owns both.',
  },
  SECRET_EXPIRED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'The secret of this API service has expired. Replace its value.',
  },
  DESTINATION_NOT_ALLOWED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'The secret is not bound to this destination, or the address is one that is never contacted. Correct the base URL, or replace the secret’s value with new bindings.',
  },
  UPSTREAM_FORBIDDEN: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'The provider answered 403. Check the key’s permissions at the provider, and whether it needs additional headers (organization ID, project).',
  },
  INVALID_GRANT: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    say: 'The grant is missing, forged, expired, or made out to another certificate. Ask the directory for a new one.',
  },
  APP_NOT_FOUND: { http: 404, grpc: 'NOT_FOUND', say: 'No such app. Check the app token and the organization.' },
  ENDPOINT_NOT_FOUND: {
    http: 404,
    grpc: 'NOT_FOUND',
    say: 'No such API service. Check the slug in the path and the organization of the app.',
  },
  SECRET_NOT_FOUND: {
    http: 404,
    grpc: 'NOT_FOUND',
    say: 'Secret not found. Check the name’s spelling (case-sensitive), that it exists in this organization, and that it is linked to the API service.',
  },
  NOT_FOUND: { http: 404, grpc: 'NOT_FOUND', say: 'Nothing was found here. Check the path and the id.' },
  INVALID_METHOD: {
    http: 405,
    grpc: 'INVALID_ARGUMENT',
    say: 'This method is not allowed here. The Allow header lists those that are.',
  },
  UNSUPPORTED_MEDIA_TYPE: { http: 415, grpc: 'INVALID_ARGUMENT', say: 'Send the body as application/json.' },
  CONFLICT: {
    http: 409,
    grpc: 'ABORTED',
    say: 'This conflicts with what exists. Read the current state and try again.',
  },
  SECRET_IN_USE: {
    http: 409,
    grpc: 'FAILED_PRECONDITION',
    say: 'API services use this secret. Update them first, or delete it with ?force=true; they will then answer SECRET_NOT_FOUND.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    http: 422,
    grpc: 'FAILED_PRECONDITION',
    say: 'This Idempotency-Key was used for a different request in the last 24 hours. Use a new key for each request.',
  },
  TOKEN_SHOWN_ONCE: {
    http: 409,
    grpc: 'FAILED_PRECONDITION',
    say: 'This request was already answered. Its token was shown once and is not stored. If you did not receive it, revoke it (the Location header names it) and create another with a new Idempotency-Key.',
  },
  PRECONDITION_FAILED: {
    http: 412,
    grpc: 'FAILED_PRECONDITION',
    say: 'This was changed after you read it. Read it again and repeat the change.',
  },
  PRECONDITION_REQUIRED: {
    http: 428,
    grpc: 'FAILED_PRECONDITION',
    say: 'Send If-Match with the ETag that you got when you read this.',
  },
  TOO_LARGE: { http: 413, grpc: 'INVALID_ARGUMENT', say: 'The request is larger than allowed. Send a smaller one.' },
  HEADERS_TOO_LARGE: {
    http: 431,
    shownAs: 'TOO_LARGE',
    grpc: 'INVALID_ARGUMENT',
    say: 'The header fields are larger than allowed. Send fewer or shorter ones.',
  },
  RATE_LIMITED: {
    http: 429,
    grpc: 'RESOURCE_EXHAUSTED',
    say: 'Too many requests. Try again after the time in Retry-After.',
    retry: true,
  },
  QUOTA_EXCEEDED: {
    http: 429,
    grpc: 'RESOURCE_EXHAUSTED',
    say: 'The quota is used up. Try again after the time in Retry-After, or ask an administrator to raise the quota.',
  },
  SECRET_DECRYPTION_FAILED: {
    http: 500,
    grpc: 'DATA_LOSS',
    say: 'The stored secret cannot be used. Enter its value again.',
  },
  INTERNAL: {
    http: 500,
    grpc: 'INTERNAL',
    say: 'Something failed on our side. Try again, and give the request id when you report it.',
  },
  NOT_IMPLEMENTED: { http: 501, grpc: 'UNIMPLEMENTED', say: 'This is not implemented yet.' },
  UPSTREAM_UNREACHABLE: {
    http: 502,
    grpc: 'UNAVAILABLE',
    say: 'The provider could not be reached, or closed the connection before its answer was complete. Check the base URL and the provider’s status.',
  },
  UPSTREAM_REJECTED_KEY: {
    http: 502,
    grpc: 'FAILED_PRECONDITION',
    say: 'The provider refused the key (401). Update the secret with a fresh key that works directly with the provider, and check the auth type, the header name and additional headers (organization ID).',
  },
  UPSTREAM_LEAKED_KEY: {
    http: 502,
    grpc: 'DATA_LOSS',
    say: 'The provider’s answer contained the key and was cut off. Report this to the provider and replace the key.',
  },
  UPSTREAM_TIMEOUT: {
    http: 504,
    grpc: 'DEADLINE_EXCEEDED',
    say: 'The provider did not answer in time. Try again, or raise the service’s timeout.',
  },
  CHANGED_UNDER_WAY: {
    http: 503,
    grpc: 'ABORTED',
    say: 'Something that this request depends on (its credential, service or secret) was changed after it was sent to the provider, which may have carried it out. Check with the provider before you send it again.',
  },
  UNAVAILABLE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    say: 'Part of the system is unavailable. Try again after the time in Retry-After.',
    retry: true,
  },
} as const satisfies Record<string, FaultSpec>

export type FaultCode = keyof typeof FAULTS

/** An invalid field: `pointer` is a JSON Pointer (RFC 6901) into the body, or the name of a parameter. */
export interface FieldError {
  readonly pointer: string
  readonly detail: string
}

/** What a caller may be told in addition to the row's own sentence. */
export interface FaultDetails {
  /** Replaces the row's sentence. Never contains the value of a secret or another tenant's name. */
  readonly say?: string
  readonly errors?: readonly FieldError[]
  /** Seconds until a retry makes sense: `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Methods for `Allow`. */
  readonly allow?: readonly string[]
  /** Further header fields of the answer, such as `RateLimit`. */
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** A refusal. `message` is for the log alone; callers read `say`. */
export class Fault extends Error {
  readonly code: FaultCode
  readonly details: FaultDetails

  constructor(code: FaultCode, detail: string, details: FaultDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Fault'
    this.code = code
    this.details = details
  }

  get say(): string {
    return this.details.say ?? FAULTS[this.code].say
  }
}

/** Narrows a string received from another process. */
export function isFaultCode(word: unknown): word is FaultCode {
  return typeof word === 'string' && Object.hasOwn(FAULTS, word)
}

/**
 * Turns anything thrown into a refusal. Whatever is not a Fault is a defect in the product and reveals nothing to
 * callers.
 */
export function asFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  return new Fault('INTERNAL', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown })
}
