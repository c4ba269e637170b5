import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')
const PAGE = await readFile(path.join(PROJECT, 'docs', 'threat-model.md'), 'utf8')

/** The abbreviations of the page. */
const FOLDERS: Readonly<Record<string, string>> = {
  M: 'services/management/src',
  P: 'services/proxy/src',
  V: 'services/vault/src',
  K: 'packages/service-kit/src',
  S: 'deploy/test/system',
}

const MENTION = /(?:\b([MPVKS])\s+)?`([\w./-]+(?:\.ts|\/))`/g

/** Files and folders that the page names. A letter applies to all paths after it in its clause. */
function mentioned(): readonly string[] {
  const found: string[] = []
  let folder = ''
  for (const [, letter, named = ''] of PAGE.matchAll(MENTION)) {
    if (letter !== undefined) folder = FOLDERS[letter] ?? ''
    found.push(/^(deploy|packages|services)\//.test(named) ? named : path.join(folder, named))
  }
  return found
}

/** From one heading to the next. */
const actors = PAGE.split(/^### /m).slice(1)

describe('the threat model', () => {
  it('names only files that exist', async () => {
    const all = mentioned()
    expect(all.length).toBeGreaterThan(100)
    const gone: string[] = []
    for (const file of all) await access(path.join(PROJECT, file)).catch(() => gone.push(file))
    expect(gone).toEqual([])
  })

  it('says for each actor what remains, and which tests show the rest', () => {
    expect(actors.length).toBeGreaterThanOrEqual(14)
    const incomplete = actors.filter((actor) => !/\*\*Remains\*\*/.test(actor) || !/\*\*Shown by\*\*/.test(actor))
    expect(incomplete.map((actor) => actor.split('\n')[0])).toEqual([])
  })
})
