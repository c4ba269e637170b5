import type { Operate } from '../operate.js'

/** For tests: every change gets this answer, and the time ends with the change of the given kind. */
export function operateUntil(last: string, body: unknown): Operate {
  let isOver = false
  return {
    once: () => Promise.reject(new Error('nothing is asked once')),
    came: () => {},
    async untilDone(_management, { kind }) {
      if (isOver) return undefined
      isOver = kind === last
      return { body }
    },
  }
}
