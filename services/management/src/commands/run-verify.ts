import { systemClock } from '@protectmyapi/service-kit/clock'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import { shownJson } from '@protectmyapi/service-kit/shown-text'
import type { Verdict } from '../chain/verdict.js'
import { verifyAll } from '../chain/verify-all.js'
import type { ManagementConfig } from '../config.js'
import { withDatabase } from './with-database.js'
import { withVault } from './with-vault.js'

/** The `verify` command: every chain of the installation, one verdict in each line. Answers whether all are in order. */
export function runVerify(
  config: ManagementConfig,
  { log, write }: { readonly log: Logger; readonly write: (line: string) => void },
): Promise<boolean> {
  return withVault(config, log, (vault) =>
    // Nobody who watches sessions is told of it (ADR 24).
    withDatabase(config, '', (db) =>
      tellVerdicts(verifyAll({ db, vault, clock: systemClock }, config.accessLogDays), write),
    ),
  )
}

export async function tellVerdicts(verdicts: AsyncIterable<Verdict>, write: (line: string) => void): Promise<boolean> {
  let isInOrder = true
  for await (const verdict of verdicts) {
    write(`${shownJson(JSON.stringify(verdict))}\n`)
    isInOrder &&= verdict.ok
  }
  return isInOrder
}
