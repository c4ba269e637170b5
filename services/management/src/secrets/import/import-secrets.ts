import type { Bindings } from '@protectmyapi/service-kit/destinations/bindings'
import { Fault } from '@protectmyapi/service-kit/faults'
import type { Actor } from '../../audit/audit-entry.js'
import type { InForce } from '../../feed/in-force.js'
import { faultOf } from '../../http/send-problem.js'
import { isRecognised } from '../propose-bindings.js'
import type { SecretDeps } from '../secret-deps.js'
import { activeNames } from '../secret-rows.js'
import { destroyBelow } from '../write-protocol/destroy-versions.js'
import type { Intent } from '../write-protocol/write-steps.js'
import { IMPORT_LIMITS } from './import-limits.js'
import { type Entry, parseDotenv } from './parse-dotenv.js'
import { tryLine, type WrittenLine, writeLine } from './write-line.js'

export interface Import {
  readonly organizationId: string
  readonly text: string
  readonly dryRun: boolean
  readonly bindings: Readonly<Record<string, Bindings>>
  readonly presets: Readonly<Record<string, string>>
  readonly externalVersion: string | undefined
}

export interface ImportedLine {
  readonly line: number
  /** Shown only if the name is known already. Otherwise the text before a `=` may be half of a key. */
  readonly name: string | null
  readonly outcome: WrittenLine['outcome'] | 'refused'
  readonly fault?: Fault
}

export interface Imported {
  readonly lines: readonly ImportedLine[]
  /** Null for a dry run. */
  readonly inForce: InForce | null
}

/**
 * Puts each line of a `.env` file as the secret of its name. A bad line does not affect the others. Values are never
 * compared with stored ones, so nobody can find out a secret's value by importing guesses; `unchanged` means only that
 * the external version is in force. Answers once everything is in force, after a single wait.
 *
 * @throws Fault TOO_LARGE; UNAVAILABLE where the wait fails.
 */
export async function importSecrets(deps: SecretDeps, actor: Actor, asked: Import): Promise<Imported> {
  const entries = parseDotenv(asked.text)
  const isKnown = await knownNames(deps, asked, entries)
  const beganMs = deps.clock.monotonicMs()
  const lines: ImportedLine[] = []
  const written: Intent[] = []
  let away: Fault | undefined
  for (const entry of entries) {
    const { line } = entry
    const name = entry.name !== undefined && isKnown(entry.name) ? entry.name : null
    try {
      if (away) throw away
      if (deps.clock.monotonicMs() - beganMs > IMPORT_LIMITS.beginWithinMs) throw notReached()
      const { outcome, intent } = await oneLine(deps, actor, asked, entry)
      if (intent) written.push(intent)
      lines.push({ line, name, outcome })
    } catch (thrown) {
      const fault = faultOf(thrown)
      if (fault.code === 'INTERNAL') deps.log.error({ err: fault, line }, 'a line was not imported')
      // If the vault is away for one line, it is for the next. Otherwise each line would wait for its deadline.
      if (fault.code === 'UNAVAILABLE') away = fault
      lines.push({ line, name, outcome: 'refused', fault })
    }
  }
  return { lines, inForce: await finish(deps, actor, asked, { lines, written }) }
}

function oneLine(deps: SecretDeps, actor: Actor, asked: Import, entry: Entry): Promise<WrittenLine> {
  if ('wrong' in entry) throw new Fault('INVALID_REQUEST', `line ${entry.line}`, { say: entry.wrong })
  const { organizationId, bindings, presets, externalVersion, dryRun } = asked
  const put = {
    organizationId,
    name: entry.name,
    value: entry.value,
    bindings: Object.hasOwn(bindings, entry.name) ? bindings[entry.name] : undefined,
    preset: Object.hasOwn(presets, entry.name) ? presets[entry.name] : undefined,
    externalVersion,
    precondition: async () => undefined,
  }
  return dryRun ? tryLine(deps, actor, put) : writeLine(deps, actor, put)
}

async function finish(
  deps: SecretDeps,
  actor: Actor,
  { organizationId, dryRun }: Import,
  { lines, written }: { lines: readonly ImportedLine[]; written: readonly Intent[] },
): Promise<InForce | null> {
  if (dryRun) return null
  await deps.commitChange(actor, async () => ({
    result: undefined,
    feed: [],
    audit: [{ organizationId, event: 'secrets.imported', targetId: organizationId, details: countOutcomes(lines) }],
  }))
  // RETRYWAITS: waits for what was written here, what the reconciler finished, and what was in force already.
  const inForce = await deps.waitUntilSeen.everything()
  for (const intent of written) await destroyBelow(deps, intent, inForce)
  return inForce
}

/** How many lines ended in each way. */
export function countOutcomes(lines: readonly ImportedLine[]): Record<ImportedLine['outcome'], number> {
  const of = (outcome: ImportedLine['outcome']): number => lines.filter((line) => line.outcome === outcome).length
  return { created: of('created'), replaced: of('replaced'), unchanged: of('unchanged'), refused: of('refused') }
}

async function knownNames(
  { db, presets }: SecretDeps,
  asked: Import,
  entries: readonly Entry[],
): Promise<(name: string) => boolean> {
  const named = entries.flatMap(({ name }) => (name === undefined ? [] : [name]))
  const there = await activeNames(db, asked.organizationId, named)
  return (name) =>
    there.has(name) ||
    Object.hasOwn(asked.bindings, name) ||
    Object.hasOwn(asked.presets, name) ||
    isRecognised(presets, name)
}

const notReached = (): Fault =>
  new Fault('UNAVAILABLE', 'an import that took too long', {
    say: 'The import ran out of time before this line. Import the file again; importing lines twice is safe.',
  })
