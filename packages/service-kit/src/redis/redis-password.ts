import { readOr } from '../read-or.js'

/**
 * The password of a Redis user, which is rotated while its service runs: it is what its file says, and where Redis does not
 * take that yet, what it took last. So a new one may be written before or after it is set in Redis. Open connections stay,
 * as Redis has it; each new one asks here.
 */
export interface PasswordInTurn {
  /** For a connection that is about to be made. */
  next(): string
  /** Redis took the one that was handed out last. */
  accepted(): void
  /** Redis did not: what comes next is the other one, if there are two. */
  refused(): void
}

/**
 * @param read hands over what the file says now. What it throws later on, in the middle of a change, leaves all as it is.
 * @throws what `read` throws at the start.
 */
export function passwordInTurn(read: () => string): PasswordInTurn {
  let held = read()
  let tried = held
  let barred: string | undefined

  return {
    next() {
      const written = readOr(held, read)
      tried = written === barred ? held : written
      return tried
    },
    accepted() {
      held = tried
      barred = undefined
    },
    refused() {
      // So that both have their turn, for as long as neither is taken.
      barred = tried
    },
  }
}

/** AUTH with what is no password (Redis 6: WRONGPASS), or commands without one. */
export function isPasswordRefused(thrown: unknown): boolean {
  return thrown instanceof Error && /^(WRONGPASS|NOAUTH)\b/.test(thrown.message)
}
