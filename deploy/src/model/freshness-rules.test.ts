import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { WITHOUT_RULES } from './without-rules.js'

/**
 * The rules are listed in the table of docs/freshness.md, in the code, in tests and in the model. The four must agree.
 */
const project = path.resolve(import.meta.dirname, '..', '..', '..')
const text = (file: string): string => readFileSync(path.join(project, file), 'utf8')

const ROOTS: Readonly<Record<string, string>> = {
  M: 'services/management/src',
  P: 'services/proxy/src',
  V: 'services/vault/src',
  K: 'packages/service-kit/src',
}
/** Folder of the paths in the second table, which have no letter before them. */
const SHARED = 'services/proxy/src/lease/shared'

interface Row {
  readonly rules: readonly string[]
  readonly sources: readonly string[]
  readonly tests: readonly string[]
}

const WRITER_STATES: ReadonlySet<string> = new Set(['PUTTING', 'LIST', 'WAIT', 'DONE', 'FAILED', 'CRASHED'])

const rows = tableRows(text('docs/freshness.md'))
const ruleNames = [...new Set(rows.flatMap(({ rules }) => rules))].sort()
const rulesOfModel = [...text('docs/model/freshness.pml').matchAll(/^#define ([A-Z]{3,}) +\d+ +\/\*/gm)]
  .map(([, name]) => name ?? '')
  .filter((name) => !WRITER_STATES.has(name))
  .sort()

describe('each rule of docs/freshness.md', () => {
  it.each(ruleNames)('%s is named in a source file and in a test file that each of its rows names', (rule) => {
    const own = rows.filter(({ rules }) => rules.includes(rule))
    for (const { sources, tests } of own) {
      expect(sources.filter((file) => names(file, rule))).not.toEqual([])
      expect(tests.filter((file) => names(file, rule))).not.toEqual([])
    }
  })

  it('is a rule of the model, and the model has no other rule', () => {
    expect(rulesOfModel).toEqual(ruleNames)
  })

  it('is switched off by a run of `make model`', () => {
    expect(WITHOUT_RULES.map(({ rule }) => rule).sort()).toEqual(ruleNames)
  })
})

function names(file: string, rule: string): boolean {
  return new RegExp(`\\b${rule}\\b`).test(text(file))
}

/** Rows that begin with names in capitals. "same" stands for the test of the row above. */
function tableRows(markdown: string): readonly Row[] {
  const found: Row[] = []
  for (const line of markdown.split('\n')) {
    const [, first = '', , kept = '', tested = ''] = line.split('|').map((cell) => cell.trim())
    if (!/^[A-Z]+(, [A-Z]+)*$/.test(first)) continue
    const above = /^same\b/.test(tested) ? (found.at(-1)?.tests ?? []) : []
    found.push({ rules: first.split(', '), sources: filesOf(kept), tests: [...above, ...filesOf(tested)] })
  }
  return found
}

/**
 * A letter names the folder of the paths after it, up to the next letter. A name without a folder is in the folder of
 * the name before.
 */
function filesOf(cell: string): readonly string[] {
  let folder = SHARED
  let root = SHARED
  return [...cell.matchAll(/([MPVK]) (?=`)|`([^`]+)`/g)].flatMap(([, letter, file]) => {
    if (letter !== undefined) {
      root = ROOTS[letter] ?? root
      folder = root
    }
    if (file === undefined) return []
    if (file.includes('/')) folder = path.posix.join(root, path.posix.dirname(file))
    return [path.posix.join(folder, path.posix.basename(file))]
  })
}
