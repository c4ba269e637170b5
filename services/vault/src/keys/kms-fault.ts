import { types } from 'node:util'
import { Fault } from '@protectmyapi/service-kit/faults'

/**
 * The faults of a KMS. Callers see UNAVAILABLE for each of them. docs/operations.md describes each under its name here.
 * An alarm marks those that do not pass by themselves.
 */
export const KMS_FAULTS = {
  denied: {
    alarm: true,
    mend: 'the vault’s role may not use the master key: correct the policies of the key and the role',
  },
  disabled: { alarm: true, mend: 'the master key is disabled: enable it' },
  'pending-deletion': { alarm: true, mend: 'the master key is scheduled for deletion: cancel the deletion now' },
  'material-gone': {
    alarm: true,
    mend: 'the imported material of the master key has expired or was deleted: import it again',
  },
  'invalid-state': {
    alarm: true,
    mend: 'the master key is in a state in which it cannot be used: check it in the KMS',
  },
  'not-found': { alarm: true, mend: 'there is no such master key in this region: check its ARN and AWS_REGION' },
  'wrong-account': {
    alarm: true,
    mend: 'the vault runs in a different AWS account than the key: check the vault’s role and the key’s policy',
  },
  credentials: { alarm: true, mend: 'the vault has no valid credentials for the KMS: check its role' },
  throttled: { alarm: false, mend: 'the KMS throttles the vault’s calls: request a higher quota' },
  slow: { alarm: false, mend: 'the KMS does not answer in time' },
  unreachable: { alarm: false, mend: 'the KMS cannot be reached' },
  failing: { alarm: false, mend: 'the KMS fails' },
} as const satisfies Record<string, { readonly alarm: boolean; readonly mend: string }>

export type KmsFaultKind = keyof typeof KMS_FAULTS

/** UNAVAILABLE to the caller, with the details that an operator needs. */
export class KmsFault extends Fault {
  readonly kind: KmsFaultKind

  constructor(kind: KmsFaultKind, detail: string, options?: ErrorOptions) {
    super('UNAVAILABLE', `KMS: ${kind} (${detail})`, options)
    this.kind = kind
  }
}

/** AWS's names of errors. Any other name is `failing`. */
const BY_NAME: Readonly<Record<string, KmsFaultKind>> = {
  DisabledException: 'disabled',
  NotFoundException: 'not-found',
  InvalidArnException: 'not-found',
  ThrottlingException: 'throttled',
  LimitExceededException: 'throttled',
  TooManyRequestsException: 'throttled',
  RequestLimitExceeded: 'throttled',
  TimeoutError: 'slow',
  AbortError: 'slow',
  DependencyTimeoutException: 'slow',
  CredentialsProviderError: 'credentials',
  UnrecognizedClientException: 'credentials',
  InvalidClientTokenId: 'credentials',
  InvalidSignatureException: 'credentials',
  IncompleteSignature: 'credentials',
  ExpiredTokenException: 'credentials',
}

/** Searched for in the message and not in `code`, because the SDK may wrap Node's errors. */
const UNREACHABLE = /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)\b/

/** The kind of fault behind an error of the SDK. Only the message tells key states and accounts. */
export function kmsFaultKind(thrown: unknown, keyArn: string): KmsFaultKind {
  if (!types.isNativeError(thrown)) return 'failing'
  if (thrown.name === 'AccessDeniedException')
    return isAnotherAccount(thrown.message, keyArn) ? 'wrong-account' : 'denied'
  if (thrown.name === 'KMSInvalidStateException') return kindOfState(thrown.message)
  const named = Object.hasOwn(BY_NAME, thrown.name) ? BY_NAME[thrown.name] : undefined
  return named ?? (UNREACHABLE.test(thrown.message) ? 'unreachable' : 'failing')
}

function kindOfState(message: string): KmsFaultKind {
  if (/pending (replica )?deletion/i.test(message)) return 'pending-deletion'
  if (/pending import/i.test(message)) return 'material-gone'
  if (/disabled/i.test(message)) return 'disabled'
  return 'invalid-state'
}

function isAnotherAccount(message: string, keyArn: string): boolean {
  const [, caller] = /User: arn:aws[\w-]*:\w+::(\d{12}):/.exec(message) ?? []
  return caller !== undefined && keyArn.split(':')[4] !== caller
}
