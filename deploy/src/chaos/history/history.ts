/**
 * What the rig did and saw. All times are milliseconds of the rig's own monotonic clock: clients, operator, provider and
 * faults are one process, so "started after" needs no two clocks that agree.
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
  /** Who was asked: `management-1`. Empty where nobody was: a command, or what came by itself. */
  readonly management: string
  readonly startMs: number
  readonly endMs: number
  /**
   * `done`: answered, so it is in force. `refused`: answered, and nothing changed. `unknown`: an outage was the answer,
   * or none came; it may have been carried out, or may yet be.
   */
  readonly outcome: 'done' | 'refused' | 'unknown'
  /** 0 where no answer came. */
  readonly status: number
  /** Of the problem; empty where there is none. */
  readonly code: string
  /** How it came into force, where the answer says so. */
  readonly inForce: string
  /** For how long proxies were waited for, as the answer says; 0 where it says nothing. */
  readonly waitedMs: number
  /** Facts that no request may rest on once it is in force, such as `session:…` or `value:…`. */
  readonly ends: readonly string[]
  /** Facts that hold from some moment of it on. */
  readonly begins: readonly string[]
  /** What the audit trail has to say of it. */
  readonly audit: AuditMark | null
}

export interface AuditMark {
  readonly event: string
  readonly target: string
}

/** A client's request through a proxy. */
export interface SentRequest {
  readonly type: 'request'
  /** `buy`: a debug token for a session; served where its status is 200. */
  readonly kind: 'call' | 'buy'
  /** Each call has one of its own, by which provider and access log know it. */
  readonly path: string
  readonly proxy: string
  /** Facts that it rests on, as the client knows them. */
  readonly rests: readonly string[]
  /** Before it was sent. */
  readonly startMs: number
  readonly endMs: number
  /** 0 where no whole answer came. */
  readonly status: number
  /** Of a problem: its code; empty where the answer is none. */
  readonly code: string
  readonly isProblem: boolean
  /** By which the log of the proxy knows it, where the answer is a problem; else empty. */
  readonly requestId: string
  /** Of Node, why no whole answer came, such as `ECONNREFUSED`; empty where one came. */
  readonly error: string
}

/** A request that reached the provider, with a secret in it. */
export interface Injection {
  readonly type: 'injection'
  readonly path: string
  /** `value:` and a digest, never the value. */
  readonly value: string
  readonly atMs: number
}

/** Something that the rig broke, and mended. */
export interface InjectedFault {
  readonly type: 'fault'
  readonly kind: string
  /** A process, or a link. */
  readonly target: string
  readonly startMs: number
  /** When the rig had put it right. What ended is being started again then, or is already. */
  readonly mendedMs: number
  /** When every part said again that it is ready; null where that was not seen in time. */
  readonly backMs: number | null
  /** When it was seen to be whole again, everything on record, or was waited for no longer. */
  readonly endMs: number
  readonly isWhole: boolean
}

/** One line of the file. */
export type HistoryEntry = Operation | SentRequest | Injection | InjectedFault
