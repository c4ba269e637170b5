import type { AccessEntry } from '@protectmyapi/protos/generated/directory/v1/AccessEntry'
import type { AccessOutcome } from '@protectmyapi/protos/generated/directory/v1/AccessOutcome'
import type { AccessSubject } from '@protectmyapi/protos/generated/directory/v1/AccessSubject'
import type { Clock } from '@protectmyapi/service-kit/clock'
import { FAULTS, type FaultCode } from '@protectmyapi/service-kit/faults'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { AccessQueue } from './access-queue.js'
import type { Backlog } from './backlog.js'
import type { Outcome, Ticket } from './recorder.js'
import type { Sequences } from './sequences.js'

/** An admitted entry that may have been written. */
export interface AdmittedEntry extends AccessEntry {
  readonly organizationId: string
  readonly requestId: string
  readonly shard: number
  readonly sequence: number
  readonly subject: AccessSubject
}

/** Makes entries, and counts what is not on record yet. */
export interface AccessRecorder {
  /** False at the bounds: then nothing may be admitted. */
  hasRoom(organizationId: string): boolean
  admittedEntry(organizationId: string, requestId: string, subject: AccessSubject): AdmittedEntry
  /**
   * The entry was written.
   *
   * @param onRecord false where the entry is kept until it is known to be drained; the queue reports that.
   */
  admitted(entry: AdmittedEntry, onRecord: boolean): Ticket
  /** The entry was certainly not written: its place is free for the next entry of its shard. */
  refused(entry: AdmittedEntry): void
  /** The answer was lost: the entry is put on record, if it is not there already, and then voided. */
  doubtful(entry: AdmittedEntry, code: FaultCode): void
  /** Closes places that were given back and not taken since, because a gap holds the drained watermark back. */
  tend(): void
  /** Hands over what is left. Resolves to the number of entries that could not be handed over. */
  drain(graceMs: number): Promise<number>
}

interface Deps {
  readonly sequences: Sequences
  readonly clock: Pick<Clock, 'wallMs'>
  readonly log: Logger
  readonly backlog: Backlog
  /** Settles entries with the same backlog. */
  readonly queue: AccessQueue
}

export function createAccessRecorder({ sequences, clock, log, backlog, queue }: Deps): AccessRecorder {
  let open = 0

  /**
   * A later entry of the same request, at a place of its own. Written field by field, because V8 gave each spread
   * object a map of its own.
   */
  function later(
    { requestId, organizationId }: AdmittedEntry,
    kind: 'ENTRY_KIND_FINISHED' | 'ENTRY_KIND_VOID',
    outcome: AccessOutcome,
  ): AccessEntry {
    backlog.add(organizationId)
    const { shard, sequence } = sequences.take(organizationId)
    return { kind, shard, sequence, atMs: clock.wallMs(), requestId, organizationId, outcome }
  }

  /** Carries the refusal, so that the log shows why no secret left. */
  function voidOf(first: AdmittedEntry, code: FaultCode): AccessEntry {
    return later(first, 'ENTRY_KIND_VOID', {
      status: FAULTS[code].http,
      fault: code,
      requestBytes: 0,
      responseBytes: 0,
      upstreamMs: 0,
      totalMs: 0,
      aborted: false,
    })
  }

  function ticketFor(entry: AdmittedEntry): Ticket {
    let ended = false
    /** Exactly once, because otherwise the log could show a request as both finished and void. */
    function end(last: () => AccessEntry): void {
      if (ended) {
        log.error({ requestId: entry.requestId }, 'a ticket was ended twice: the second is ignored')
        return
      }
      ended = true
      open -= 1
      backlog.remove(entry.organizationId)
      queue.add(last())
    }
    return {
      finish: (outcome) => end(() => later(entry, 'ENTRY_KIND_FINISHED', outcomeToWire(outcome))),
      void_: (code) => end(() => voidOf(entry, code)),
    }
  }

  function closeSpares(): void {
    for (const spare of sequences.takeSpares()) {
      backlog.add(spare.organizationId)
      queue.add({ kind: 'ENTRY_KIND_VOID', atMs: clock.wallMs(), ...spare })
    }
  }

  return {
    hasRoom: backlog.hasRoom,
    admittedEntry(organizationId, requestId, subject) {
      backlog.add(organizationId)
      const { shard, sequence } = sequences.take(organizationId)
      return { kind: 'ENTRY_KIND_ADMITTED', shard, sequence, atMs: clock.wallMs(), requestId, organizationId, subject }
    },
    admitted(entry, onRecord) {
      open += 1
      // One count for the request under way, and one for its entry until that is on record.
      if (!onRecord) backlog.add(entry.organizationId)
      return ticketFor(entry)
    },
    refused(entry) {
      backlog.remove(entry.organizationId)
      sequences.giveBack(entry)
    },
    doubtful(entry, code) {
      // In this order and in one queue, so that no reader sees the end of a request before its beginning.
      const pair = [entry, voidOf(entry, code)]
      for (const one of pair) {
        backlog.doubtful(one)
        queue.addDirect(one)
      }
    },
    tend: closeSpares,
    async drain(graceMs) {
      closeSpares()
      const left = await queue.drain(graceMs)
      if (open > 0 || left > 0) log.error({ unended: open, left }, 'not everything could be put on record')
      return left
    },
  }
}

/** Field by field, because spreading the rest cost a twentieth of admission's time. */
function outcomeToWire(outcome: Outcome): AccessOutcome {
  return {
    status: outcome.status,
    fault: outcome.fault ?? '',
    requestBytes: outcome.requestBytes,
    responseBytes: outcome.responseBytes,
    upstreamMs: Math.round(outcome.upstreamMs),
    totalMs: Math.round(outcome.totalMs),
    aborted: outcome.aborted,
  }
}
