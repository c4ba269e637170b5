import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js'
import { asFault, FAULTS, Fault, type FaultCode, isFaultCode } from '../faults.js'

const CODE_FIELD = 'pma-fault'
/** Percent-encoded, because metadata values are ASCII. */
const DETAIL_FIELD = 'pma-detail'
const RETRY_FIELD = 'pma-retry-after-seconds'

/** The status for whatever a handler throws. Its message is the sentence for callers, never the log's detail. */
export function toGrpcError(thrown: unknown): StatusObject {
  const fault = asFault(thrown)
  const metadata = new Metadata()
  metadata.set(CODE_FIELD, fault.code)
  if (fault.details.say !== undefined) metadata.set(DETAIL_FIELD, encodeURIComponent(wellFormed(fault.details.say)))
  const { retryAfterSeconds } = fault.details
  if (retryAfterSeconds !== undefined) metadata.set(RETRY_FIELD, String(retryAfterSeconds))
  return { code: status[FAULTS[fault.code].grpc], details: fault.code, metadata }
}

/** Turns a failed call into a Fault: the one that the other side sent, or else UNAVAILABLE. */
export function fromGrpcError(error: ServiceError): Fault {
  const code = first(error.metadata, CODE_FIELD)
  if (isFaultCode(code)) {
    const say = first(error.metadata, DETAIL_FIELD)
    const retryAfter = first(error.metadata, RETRY_FIELD)
    return new Fault(code, `refused by the other side: ${error.details}`, {
      cause: error,
      ...(say === undefined ? {} : { say: decoded(say) }),
      ...(retryAfter === undefined ? {} : { retryAfterSeconds: Number(retryAfter) }),
    })
  }
  return new Fault('UNAVAILABLE', `gRPC ${status[error.code]}: ${error.details}`, { cause: error })
}

/** The code of the Fault that `fromGrpcError` would return. */
export function faultCodeOf({ metadata }: Pick<StatusObject, 'metadata'>): FaultCode {
  const code = first(metadata, CODE_FIELD)
  return isFaultCode(code) ? code : 'UNAVAILABLE'
}

/** False if a failed call reveals nothing of the other side: the connection was lost, or no answer came in time. */
export function isAnswer(error: ServiceError): boolean {
  if (isFaultCode(first(error.metadata, CODE_FIELD))) return true
  return error.code !== status.UNAVAILABLE && error.code !== status.DEADLINE_EXCEEDED
}

/** A lone surrogate, as left of a character that was cut, would make `encodeURIComponent` throw. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8')
}

/** The other side may run another version: text that cannot be decoded is passed on unchanged. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const first = (metadata: Metadata | undefined, name: string): string | undefined => metadata?.get(name)[0]?.toString()
