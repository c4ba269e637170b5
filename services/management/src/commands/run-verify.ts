import { shownJson } from '@protectmyapi/service-kit/shown-text'
import type { ManagementConfig } from '../config.js'
import type { Progress, Verdict } from '../verify/verdict.js'
import { verifyAll } from '../verify/verify-all.js'
import type { CommandPorts } from './command-ports.js'
import { verifiedByManagement } from './verified-by-management.js'
import { withDatabase } from './with-database.js'
import { withVault } from './with-vault.js'

/** Time between two lines of progress in the log. */
const TOLD_EVERY_MS = 10_000

interface Ports extends CommandPorts {
  readonly write: (line: string) => void
}

/**
 * The `verify` command: verifies every chain of the installation and writes one verdict a line. Returns whether all are
 * in order.
 *
 * The management that serves does the verifying, over the sessions that it uses for everything else. A session of this
 * command's own would warn an attacker who watches sessions, and they could restore what they had altered before it is
 * read (ADR 24).
 *
 * @throws Fault as verifiedByManagement.
 */
export function runVerify(config: ManagementConfig, ports: Ports): Promise<boolean> {
  return tellVerdicts(verifiedByManagement(config, ports.log), ports)
}

/**
 * The same without a management that serves, for example on a copy. @throws Fault UNAVAILABLE, and what Postgres
 * throws.
 */
export function runVerifyAlone(config: ManagementConfig, ports: Ports): Promise<boolean> {
  return withVault(config, ports.log, (vault) =>
    withDatabase(config, '-verify', (db) =>
      tellVerdicts(verifyAll({ ...ports, db, vault }, config.accessLogDays), ports),
    ),
  )
}

export async function tellVerdicts(
  lines: AsyncIterable<Progress | Verdict>,
  { log, clock, write }: Ports,
): Promise<boolean> {
  let isInOrder = true
  let toldMs = clock.monotonicMs()
  for await (const line of lines) {
    if (line.type === 'verdict') {
      write(`${shownJson(JSON.stringify(line))}\n`)
      isInOrder &&= line.ok
    } else if (clock.monotonicMs() - toldMs >= TOLD_EVERY_MS) {
      toldMs = clock.monotonicMs()
      log.info(line, 'verifying')
    }
  }
  return isInOrder
}
