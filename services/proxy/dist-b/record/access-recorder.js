import { FAULTS } from '@protectmyapi/service-kit/faults'
export function createAccessRecorder({ sequences, clock, log, backlog, queue }) {
  let open = 0
  /** A later entry of the same request, at a place of its own. */
  function later(first, kind) {
    const { requestId, organizationId } = first
    backlog.add(organizationId)
    return { kind, ...sequences.take(organizationId), atMs: clock.wallMs(), requestId, organizationId }
  }
  /** With the refusal: whoever reads the log sees why no secret left. */
  function voidOf(first, code) {
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
  function ticketFor(entry) {
    let ended = false
    /** Exactly once: a request that is finished and void would be both in the log. */
    function end(last) {
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
      finish: (outcome) => end(() => ({ ...later(entry, 'ENTRY_KIND_FINISHED'), outcome: outcomeToWire(outcome) })),
      void_: (code) => end(() => voidOf(entry, code)),
    }
  }
  function closeSpares() {
    for (const spare of sequences.takeSpares()) {
      backlog.add(spare.organizationId)
      queue.add({ kind: 'ENTRY_KIND_VOID', atMs: clock.wallMs(), ...spare })
    }
  }
  return {
    hasRoom: backlog.hasRoom,
    admittedEntry(organizationId, requestId, subject) {
      backlog.add(organizationId)
      return {
        kind: 'ENTRY_KIND_ADMITTED',
        ...sequences.take(organizationId),
        atMs: clock.wallMs(),
        requestId,
        organizationId,
        subject,
      }
    },
    admitted(entry, onRecord) {
      open += 1
      // One for the request under way, and one for its entry, until that is on record.
      if (!onRecord) backlog.add(entry.organizationId)
      return ticketFor(entry)
    },
    refused(entry) {
      backlog.remove(entry.organizationId)
      sequences.giveBack(entry)
    },
    doubtful(entry, code) {
      // In this order, in one queue: no reader sees the end of what has not begun.
      const pair = [entry, voidOf(entry, code)]
      for (const one of pair) {
        backlog.doubtful(one)
        queue.add(one)
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
/** Field by field: spreading the rest of it cost a twentieth of admission's time. */
function outcomeToWire(outcome) {
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
//# sourceMappingURL=access-recorder.js.map
