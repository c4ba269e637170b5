/**
 * What the rig did and saw. All times are milliseconds of the rig's own monotonic clock. Clients, operator, provider
 * and faults run in one process, so "started after" does not depend on two clocks that agree.
 */
export interface History {
  readonly operations: readonly Operation[]
  readonly requests: readonly SentRequest[]
  readonly injections: readonly Injection[]
  readonly faults: readonly InjectedFault[]
}

/** A change that the rig asked management for. */
export interface Operation {
  readonly type: 'operation'
  readonly kind: string
  readonly target: string
  /**
   * The management that was asked, such as `management-1`. Empty for a command, and for a change that took effect by
   * itself.
   */
  readonly management: string
  readonly startMs: number
  readonly endMs: number
  /**
   * `done`: answered, so the change is in force. `refused`: answered, and nothing changed. `unknown`: the answer was an
   * outage, or none came; the change may have been carried out, or may still be.
   */
  readonly outcome: 'done' | 'refused' | 'unknown'
  /** 0 where no answer came. */
  readonly status: number
  /** The code of the problem; empty where there is none. */
  readonly code: string
  /** How the change came into force, if the answer says so. */
  readonly inForce: string
  /** How long proxies were waited for, according to the answer; 0 where it does not say. */
  readonly waitedMs: number
  /** Facts that no request may rest on once the change is in force, such as `session:…` or `value:…`. */
  readonly ends: readonly string[]
  /** Facts that hold from some moment during the operation on. */
  readonly begins: readonly string[]
  /** What the audit trail must have on record of the change. */
  readonly audit: AuditMark | null
}

export interface AuditMark {
  readonly event: string
  readonly target: string
}

/** A client's request through a proxy. */
export interface SentRequest {
  readonly type: 'request'
  /** `buy`: exchanges a debug token for a session; served where its status is 200. */
  readonly kind: 'call' | 'buy'
  /** Unique for each call, so that provider and access log can be matched to it. */
  readonly path: string
  readonly proxy: string
  /** Facts that the request rests on, as far as the client knows them. */
  readonly rests: readonly string[]
  /** The time before the request was sent. */
  readonly startMs: number
  readonly endMs: number
  /** 0 where no whole answer came. */
  readonly status: number
  /** The code of the problem; empty where the answer is not a problem. */
  readonly code: string
  readonly isProblem: boolean
  /** The id of the request in the proxy's log, where the answer is a problem; else empty. */
  readonly requestId: string
  /** Node's code for why no whole answer came, such as `ECONNREFUSED`; empty where one came. */
  readonly error: string
}

/** A request that reached the provider with a secret in it. */
export interface Injection {
  readonly type: 'injection'
  readonly path: string
  /** `value:` and a digest, never the value. */
  readonly value: string
  readonly atMs: number
}

/** A failure that the rig caused and mended. */
export interface InjectedFault {
  readonly type: 'fault'
  readonly kind: string
  /** The name of a process or of a link. */
  readonly target: string
  readonly startMs: number
  /** When the rig had mended it. A process that ended is being started again then, or has been already. */
  readonly mendedMs: number
  /** When every part had reported again that it is ready; null where that was not seen in time. */
  readonly backMs: number | null
  /** When everything was seen to be whole again and on record, or the rig stopped waiting. */
  readonly endMs: number
  readonly isWhole: boolean
}

/** One line of the history file. */
export type HistoryEntry = Operation | SentRequest | Injection | InjectedFault
