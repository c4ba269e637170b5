import type { Operate } from '../operate.js'

/** For tests: every change answers this, and the time ends with the one of this kind. */
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
