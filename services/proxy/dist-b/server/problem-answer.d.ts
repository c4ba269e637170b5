import type { Fault } from '@protectmyapi/service-kit/faults'
export interface ProblemAnswer {
  readonly status: number
  /** Name, value, … */
  readonly fields: readonly string[]
  readonly body: Buffer
}
/** A refusal as phones see it: RFC 9457, and the `error` member in which provider SDKs look for words. */
export declare function problemAnswer(fault: Fault, requestId: string): ProblemAnswer
