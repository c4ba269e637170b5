import { readOr } from '../read-or.js'

/**
 * The password of a Redis user, which may be rotated while the service runs. The password in the file is used; if Redis
 * does not accept it yet, the last accepted one is. So a new password may be written before or after it is set in
 * Redis. Redis keeps open connections; each new connection asks here.
 */
export interface PasswordInTurn {
  /** Password for a connection that is about to be made. */
  next(): string
  /** Redis accepted the last password. */
  accepted(): void
  /** Redis refused the last password: if there are two, the next one is the other. */
  refused(): void
}

/**
 * @param read returns what the file says now. If it throws later, in the middle of a change, the previous password
 * stays in use.
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
      // The two alternate for as long as neither is accepted.
      barred = tried
    },
  }
}

/** Whether Redis refused the password of an AUTH (WRONGPASS since Redis 6), or a command without one (NOAUTH). */
export function isPasswordRefused(thrown: unknown): boolean {
  return thrown instanceof Error && /^(WRONGPASS|NOAUTH)\b/.test(thrown.message)
}
