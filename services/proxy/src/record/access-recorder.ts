import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { AccessOutcome } from '@protectmyapi/protos/generated/directory/v1/AccessOutcome'
import type { AccessSubject } from '@protectmyapi/protos/generated/directory/v1/AccessSubject'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { FAULTS, type FaultCode } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/log'
import type { AccessQueue } from './access-queue.js'
import type { Outcome, Ticket } from './recorder.js'
import type { Sequences } from './sequences.js'

const LIMITS = {
  /** Admitted requests under way and entries not on record yet, about a kilobyte each. At the bound: 503. */
  backlogMax: 50_000,
  /** An organisation's part of it, so that one tenant's requests stop nobody else's. */
  shareMax: 12_500,
  /** Entries of admissions whose answer was lost. Beyond, the authority is away, and asking it makes more of them. */
  doubtfulMax: 2_048,
} as const

/** An admitted entry that may have been written. */
export interface AdmittedEntry extends AccessEntry {
  readonly organizationId: string
  readonly requestId: string
  readonly shard: number
  readonly sequence: number
  readonly subject: AccessSubject
}

/** Makes entries, and keeps count of what is not on record yet. */
export interface AccessRecorder {
  /** False at the bounds: then nothing may be admitted. */
  hasRoom(organizationId: string): boolean
  admittedEntry(organizationId: string, requestId: string, subject: AccessSubject): AdmittedEntry
  /** The entry is on record. */
  admitted(entry: AdmittedEntry): Ticket
  /** Certainly not written: its place is free again. */
  refused(entry: AdmittedEntry): void
  /** The answer was lost: it is put on record, if it is not there already, and then voided. */
  doubtful(entry: AdmittedEntry, code: FaultCode): void
  /** Hands over what is left. Answers how many entries could not be. */
  drain(graceMs: number): Promise<number>
}

interface Deps {
  readonly sequences: Sequences
  readonly clock: Pick<Clock, 'wallMs'>
  readonly log: Logger
  /** Is told what to call when an entry is on record. */
  readonly queue: (settled: (entry: AccessEntry) => void) => AccessQueue
}

export function createAccessRecorder({ sequences, clock, log, queue: makeQueue }: Deps): AccessRecorder {
  const backlog = new Map<string, number>()
  const doubtful = new Set<AccessEntry>()
  let total = 0
  let open = 0
  const queue = makeQueue((entry) => {
    doubtful.delete(entry)
    count(entry.organizationId ?? '', -1)
  })

  function count(organizationId: string, by: 1 | -1): void {
    const now = (backlog.get(organizationId) ?? 0) + by
    if (now === 0) backlog.delete(organizationId)
    else backlog.set(organizationId, now)
    total += by
  }

  function enqueue(entry: AccessEntry): void {
    count(entry.organizationId ?? '', 1)
    queue.add(entry)
  }

  /** A later entry of the same request, at a place of its own. */
  function later(first: AdmittedEntry, kind: 'ENTRY_KIND_FINISHED' | 'ENTRY_KIND_VOID'): AccessEntry {
    const { requestId, organizationId } = first
    return { kind, ...sequences.take(organizationId), atMs: clock.wallMs(), requestId, organizationId }
  }

  /** With the refusal: whoever reads the log sees why no secret left. */
  function voidOf(first: AdmittedEntry, code: FaultCode): AccessEntry {
    const outcome = {
      status: FAULTS[code].http,
      fault: code,
      requestBytes: 0,
      responseBytes: 0,
      upstreamMs: 0,
      totalMs: 0,
      aborted: false,
    }
    return { ...later(first, 'ENTRY_KIND_VOID'), outcome }
  }

  function ticketFor(entry: AdmittedEntry): Ticket {
    let ended = false
    /** Exactly once: a request that is finished and void would be both in the log. */
    function end(last: () => AccessEntry): void {
      if (ended) {
        log.error({ requestId: entry.requestId }, 'a ticket was ended twice: the second is ignored')
        return
      }
      ended = true
      open -= 1
      count(entry.organizationId, -1)
      enqueue(last())
    }
    return {
      finish: (outcome) => end(() => ({ ...later(entry, 'ENTRY_KIND_FINISHED'), outcome: outcomeToWire(outcome) })),
      void_: (code) => end(() => voidOf(entry, code)),
    }
  }

  return {
    hasRoom: (organizationId) =>
      total < LIMITS.backlogMax &&
      (backlog.get(organizationId) ?? 0) < LIMITS.shareMax &&
      doubtful.size < LIMITS.doubtfulMax,
    admittedEntry: (organizationId, requestId, subject) => ({
      kind: 'ENTRY_KIND_ADMITTED',
      ...sequences.take(organizationId),
      atMs: clock.wallMs(),
      requestId,
      organizationId,
      subject,
    }),
    admitted(entry) {
      open += 1
      count(entry.organizationId, 1)
      return ticketFor(entry)
    },
    refused: (entry) => sequences.giveBack(entry),
    doubtful(entry, code) {
      // In this order, in one queue: no reader sees the end of what has not begun.
      const pair = [entry, voidOf(entry, code)]
      for (const one of pair) {
        doubtful.add(one)
        enqueue(one)
      }
    },
    async drain(graceMs) {
      // Places that were never taken again are closed, so that whoever looks for gaps finds none.
      for (const spare of sequences.takeSpares()) enqueue({ kind: 'ENTRY_KIND_VOID', atMs: clock.wallMs(), ...spare })
      const left = await queue.drain(graceMs)
      if (open > 0 || left > 0) log.error({ unended: open, left }, 'not everything could be put on record')
      return left
    },
  }
}

function outcomeToWire({ fault, upstreamMs, totalMs, ...rest }: Outcome): AccessOutcome {
  return { ...rest, fault: fault ?? '', upstreamMs: Math.round(upstreamMs), totalMs: Math.round(totalMs) }
}
