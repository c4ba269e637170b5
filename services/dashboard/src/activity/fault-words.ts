import type { Problem } from '../api/problem.js'

/** Faults with which an admitted request can end, for whoever runs the app: what happened, and what to do. */
const FAULTS: Readonly<Partial<Record<NonNullable<Problem['code']>, string>>> = {
  UPSTREAM_REJECTED_KEY:
    'The provider refused the key (401). Replace the secret’s value with a key that works directly with the provider, and check the service’s auth type and additional headers.',
  UPSTREAM_FORBIDDEN:
    'The provider answered 403. Check the key’s permissions at the provider, and whether it needs additional headers.',
  UPSTREAM_LEAKED_KEY:
    'The provider’s answer contained the key and was cut off. Replace the key, and report this to the provider.',
  UPSTREAM_UNREACHABLE:
    'The provider could not be reached, or closed the connection too early. Check the service’s base URL and the provider’s status.',
  UPSTREAM_TIMEOUT: 'The provider did not answer in time. If this recurs, raise the service’s timeout.',
  CHANGED_UNDER_WAY:
    'Its credential, service or secret was changed after it had been sent. The provider may have carried it out all the same.',
  UNAVAILABLE: 'A part of the system was unavailable. It may be sent again. If this recurs, tell the operator.',
  INTERNAL: 'Something failed in the proxy. Tell the operator, with the request’s id.',
  SECRET_NOT_FOUND:
    'A secret that the service uses does not exist. Correct its name in the service, or add the secret.',
  SECRET_EXPIRED: 'The service’s secret had expired. Replace its value.',
  SECRET_DECRYPTION_FAILED: 'The stored secret cannot be used. Enter its value again.',
  DESTINATION_NOT_ALLOWED:
    'The secret may not go to this destination, or the address is one that is never contacted. Correct the service’s base URL, or replace the secret’s value with new bindings.',
  TOO_LARGE: 'The request was larger than allowed. Send a smaller one, or raise the service’s bound on bodies.',
  INVALID_REQUEST: 'The request was not valid, so it was not passed on. Correct it in the app.',
  TOKEN_EXPIRED: 'The app’s credential expired before the request was sent. The app gets a new one and tries again.',
  INVALID_TOKEN: 'The app’s credential was revoked before the request was sent.',
  FORBIDDEN: 'The request was not permitted at the moment when it was to be sent.',
}

/** Nothing for a fault that it does not know. */
export function faultWords(fault: string): string | undefined {
  const known: Readonly<Record<string, string | undefined>> = FAULTS
  return Object.hasOwn(known, fault) ? known[fault] : undefined
}
