import { Fault } from '@protectmyapi/service-kit/faults'
import type { Limited } from '../admit/admission.js'
/** RATE_LIMITED with the fields of draft-ietf-httpapi-ratelimit-headers-10: which policy, and how long. */
export declare function limitedFault({ scope, count, periodMs, retryAfterMs }: Limited): Fault
