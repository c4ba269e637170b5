import type { Actor } from '../../audit/audit-entry.js'
import { createCommitOnly } from '../../feed/commit-change.js'
import { beginPut, type NamedValue, type PutOutcome } from '../changes/put-secret-by-name.js'
import type { SecretDeps } from '../secret-deps.js'
import { secretBytes } from '../secret-input.js'
import { putAndCommit } from '../write-protocol/put-and-activate.js'
import type { Intent } from '../write-protocol/write-steps.js'

export interface WrittenLine {
  readonly outcome: PutOutcome['outcome']
  /** The committed write that still has to be waited for; undefined if nothing was written. */
  readonly intent: Intent | undefined
}

/** Puts one secret and commits it. The caller must wait before calling it in force. @throws Fault as a put does. */
export async function writeLine(deps: SecretDeps, actor: Actor, put: NamedValue): Promise<WrittenLine> {
  const value = secretBytes(put.value)
  try {
    const { result: begun } = await createCommitOnly(deps.db)(actor, (trx) => beginPut(trx, deps, actor, put))
    if (!('intent' in begun)) return { outcome: begun.outcome, intent: undefined }
    const { intent, outcome, ...sealed } = begun
    await putAndCommit(deps, actor, intent, { value, ...sealed })
    return { outcome, intent }
  } finally {
    value.wipe()
  }
}

/** What `writeLine` would do: the same work, rolled back, without asking the vault. @throws Fault as a put does. */
export async function tryLine(deps: SecretDeps, actor: Actor, put: NamedValue): Promise<WrittenLine> {
  secretBytes(put.value).wipe()
  const trx = await deps.db.transaction()
  try {
    const { result } = await beginPut(trx, deps, actor, put)
    return { outcome: result.outcome, intent: undefined }
  } finally {
    await trx.rollback()
  }
}
