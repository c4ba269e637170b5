import type { AccessEntry } from '../api/types.js'
import { faultWords } from './fault-words.js'

export interface Ending {
  /** The status, or what stands in its place. */
  readonly result: string
  /** What else there is to it: the fault's code, and whether it was broken off. */
  readonly notes: readonly string[]
  readonly tone: 'good' | 'doubtful' | 'bad'
  /** In sentences, for whoever wants to know more. */
  readonly meaning: readonly string[]
}

/** How a request ended, of what the access log says of it. */
export function endingOf({
  state,
  status,
  fault,
  aborted,
}: Pick<AccessEntry, 'state' | 'status' | 'fault' | 'aborted'>): Ending {
  const ofFault = fault === null ? [] : [faultWords(fault) ?? `It ended with ${fault}.`]
  const notes = [...(fault === null ? [] : [fault]), ...(aborted ? ['broken off'] : [])]
  switch (state) {
    case 'admitted':
      return {
        result: 'no end yet',
        notes,
        tone: 'doubtful',
        meaning: ['It is still under way, or its proxy died. The key may have been sent.'],
      }
    case 'void':
      return {
        result: 'not sent',
        notes,
        tone: 'bad',
        meaning: ['It was refused after it had been admitted. No secret left the proxy.', ...ofFault],
      }
    case 'finished':
      return {
        result: status === null ? 'no answer' : String(status),
        notes,
        tone: toneOf(status, fault, aborted),
        meaning: [...ofFault, ...(aborted ? ['The app left, or the answer was cut, before its end.'] : [])],
      }
  }
}

function toneOf(status: number | null, fault: string | null, aborted: boolean): Ending['tone'] {
  if (fault !== null || status === null || status >= 500) return 'bad'
  return aborted || status >= 400 ? 'doubtful' : 'good'
}
