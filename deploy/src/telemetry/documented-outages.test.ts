import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')

/** Folders by the names in the table. Refusals raised in service-kit can occur in any of the three services. */
const SOURCES = {
  proxy: 'services/proxy/src',
  management: 'services/management/src',
  vault: 'services/vault/src',
  any: 'packages/service-kit/src',
} as const

/** Code that makes such a refusal, and its detail: a literal, or the name of a parameter. */
const REFUSAL = /\b(?:new Fault|super)\(\s*'UNAVAILABLE',\s*('[^']*'|`[^`]*`|\w+)/g
/** Calls that pass a detail to that code. */
const HANDED = /\b(?:fallen|unavailable|abort|abortAll|RouteFallen|GrantRefused)\((?:tracked, )?('[^']*'|`[^`]*`)/g
/** Files whose details are parameters: filled by HANDED, or, in the last, by readiness only, which is not logged. */
const HANDED_TO = ['create-admission.ts', 'lease-source.ts', 'tracked-answers.ts', 'app.ts']
/** The code is that of the other side's refusal. */
const OF_ANOTHER = 'refused by the other side: …'

interface Raised {
  readonly file: string
  /** As the table writes it, with `…` for the parts that vary. Undefined where it is a parameter. */
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

/** Whether the table's spelling covers the detail, where `…` matches anything. */
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
  it.each(Object.entries(SOURCES))(
    'names every detail that %s can raise, and none that no longer exists',
    async (where, folder) => {
      const raised = [...(await raisedIn(folder)).map(({ detail }) => detail), where === 'any' ? OF_ANOTHER : undefined]
      const details = raised.filter(isDetail)
      const documented = documentedFor(where)
      expect(details.filter((detail) => !documented.some((said) => standsFor(said, detail)))).toEqual([])
      expect(documented.filter((said) => !details.some((detail) => standsFor(said, detail)))).toEqual([])
    },
  )

  it('is compared with every place that raises a detail: only known files take it as a parameter', async () => {
    const raised = (await Promise.all(Object.values(SOURCES).map(raisedIn))).flat()
    const handedIn = raised.filter(({ detail }) => detail === undefined).map(({ file }) => file)
    expect(handedIn.toSorted()).toEqual(HANDED_TO.toSorted())
  })
})
