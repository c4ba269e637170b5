import { Fault } from '@protectmyapi/service-kit/faults'
/** What the client library reports, as a refusal. Refusals of our own pass through it unchanged. */
export declare function upstreamFault(error: Error): Fault
