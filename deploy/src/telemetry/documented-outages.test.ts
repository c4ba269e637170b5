import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')

/** As the table names them. What service-kit throws is thrown in any of the three. */
const SOURCES = {
  proxy: 'services/proxy/src',
  management: 'services/management/src',
  vault: 'services/vault/src',
  any: 'packages/service-kit/src',
} as const

/** What makes the refusal, and its detail: a text, or the name of one that was handed in. */
const REFUSAL = /\b(?:new Fault|super)\(\s*'UNAVAILABLE',\s*('[^']*'|`[^`]*`|\w+)/g
/** What hands a detail to one of those. */
const HANDED = /\b(?:fallen|unavailable|abort|abortAll|RouteFallen|GrantRefused)\((?:tracked, )?('[^']*'|`[^`]*`)/g
/** Whose detail is handed in: by HANDED, and the last by readiness alone, which is not logged. */
const HANDED_TO = ['create-admission.ts', 'lease-source.ts', 'tracked-answers.ts', 'app.ts']
/** Its code is the other side's. */
const OF_ANOTHER = 'refused by the other side: …'

interface Raised {
  readonly file: string
  /** As the table writes it: `…` for what differs. Undefined where it was handed in. */
  readonly detail: string | undefined
}

async function raisedIn(folder: string): Promise<readonly Raised[]> {
  const names = await readdir(path.join(PROJECT, folder), { recursive: true })
  const sources = names.filter((name) => /(?<!\.(?:test|contract))\.ts$/.test(name) && !/(^|\/)test\//.test(name))
  const raised = sources.map(async (name) => {
    const text = await readFile(path.join(PROJECT, folder, name), 'utf8')
    return [...text.matchAll(REFUSAL), ...text.matchAll(HANDED)].map(([, detail = '']) => ({
      file: path.basename(name),
      detail: /^['`]/.test(detail) ? detail.slice(1, -1).replace(/\$\{[^}]*\}/g, '…') : undefined,
    }))
  })
  return (await Promise.all(raised)).flat()
}

const isDetail = (detail: string | undefined): detail is string => detail !== undefined

/** Whether the table's spelling stands for it: `…` for anything. */
function standsFor(documented: string, detail: string): boolean {
  const parts = documented.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.+')}$`).test(detail)
}

const operations = await readFile(path.join(PROJECT, 'docs', 'operations.md'), 'utf8')
const [, table = ''] = /\n(\| where \| detail in the log[\s\S]*?)\n\n/.exec(operations) ?? []
const rows = table.split('\n').map((row) => row.split(' | '))

function documentedFor(where: string): readonly string[] {
  const cells = rows.filter(([first]) => first === `| ${where}`).map(([, details = '']) => details)
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, detail = '']) => detail))
}

describe('docs/operations.md on what a 503 means', () => {
  it.each(Object.entries(SOURCES))('names every detail of %s, and none that is gone', async (where, folder) => {
    const raised = [...(await raisedIn(folder)).map(({ detail }) => detail), where === 'any' ? OF_ANOTHER : undefined]
    const details = raised.filter(isDetail)
    const documented = documentedFor(where)
    expect(details.filter((detail) => !documented.some((said) => standsFor(said, detail)))).toEqual([])
    expect(documented.filter((said) => !details.some((detail) => standsFor(said, detail)))).toEqual([])
  })

  it('looks for details wherever one is handed in', async () => {
    const raised = (await Promise.all(Object.values(SOURCES).map(raisedIn))).flat()
    const handedIn = raised.filter(({ detail }) => detail === undefined).map(({ file }) => file)
    expect(handedIn.toSorted()).toEqual(HANDED_TO.toSorted())
  })
})
