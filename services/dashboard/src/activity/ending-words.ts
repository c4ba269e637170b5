import type { AccessEntry } from '../api/types.js'
import { faultWords } from './fault-words.js'

export interface Ending {
  /** For a cell of a table. */
  readonly words: string
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
  switch (state) {
    case 'admitted':
      return {
        words: 'no end yet',
        tone: 'doubtful',
        meaning: ['It is still under way, or its proxy died. The key may have been sent.'],
      }
    case 'void':
      return {
        words: join('not sent', fault),
        tone: 'bad',
        meaning: ['It was refused after it had been admitted. No secret left the proxy.', ...ofFault],
      }
    case 'finished':
      return {
        words: join(status === null ? 'no answer' : String(status), fault, aborted ? 'broken off' : null),
        tone: toneOf(status, fault, aborted),
        meaning: [...ofFault, ...(aborted ? ['The app left, or the answer was cut, before its end.'] : [])],
      }
  }
}

function toneOf(status: number | null, fault: string | null, aborted: boolean): Ending['tone'] {
  if (fault !== null || status === null || status >= 500) return 'bad'
  return aborted || status >= 400 ? 'doubtful' : 'good'
}

const join = (...parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(' · ')
