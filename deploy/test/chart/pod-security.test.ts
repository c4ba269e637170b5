import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { z } from 'zod'
import { MATRIX } from '../../src/chart/matrix.js'
import { render } from './helm.js'
import { podsOf } from './pods.js'

/** Judged by the code of Kubernetes' API servers: `pod-security/main.go`. */
interface Question {
  readonly name: string
  readonly level: 'restricted' | 'baseline'
  readonly version: string
  readonly pod: unknown
}

const Verdicts = z.array(z.object({ name: z.string(), allowed: z.boolean(), why: z.string() }))
type Verdict = z.output<typeof Verdicts>[number]

function judge(questions: readonly Question[]): Promise<readonly Verdict[]> {
  const program = process.env.PMA_POD_SECURITY
  if (program === undefined) throw new Error('PMA_POD_SECURITY is not set: make chart-test sets it')
  return new Promise((resolve, reject) => {
    const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8')
    })
    child.once('error', reject)
    child.once('close', () => resolve(Verdicts.parse(JSON.parse(said))))
    child.stdin.end(JSON.stringify(questions))
  })
}

const FIXTURES = path.join(
  process.env.VECTORS_DIR ?? path.resolve(import.meta.dirname, '../../../../shared/vectors'),
  'psa-restricted/test/testdata',
)
const SUITES = [
  ['restricted', 'v1.32', 19, 69],
  ['restricted', 'v1.37', 23, 76],
  ['baseline', 'v1.37', 15, 34],
] as const

async function fixtures(level: Question['level'], version: string, kind: string): Promise<readonly Question[]> {
  const folder = path.join(FIXTURES, level, version, kind)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'))
  return Promise.all(
    names.map(async (name) => ({
      name,
      level,
      version,
      pod: parse(await readFile(path.join(folder, name), 'utf8')) as unknown,
    })),
  )
}

describe('Pod Security', () => {
  it.each(MATRIX)(
    'admits every pod of the chart where `restricted` is enforced: %s',
    async (_name, example, values) => {
      const pods = podsOf(await render(example, values))
      const questions = pods.map(({ of, raw }) => ({
        name: of,
        level: 'restricted' as const,
        version: 'latest',
        pod: raw,
      }))
      const refused = (await judge(questions)).filter(({ allowed }) => !allowed)
      expect(refused).toEqual([])
      expect(questions.length).toBeGreaterThanOrEqual(5)
    },
  )

  it('refuses a pod of the chart once it allows privilege escalation', async () => {
    const [pod] = podsOf(await render('plain'))
    const text = JSON.stringify(pod?.raw).replace('"allowPrivilegeEscalation":false', '"allowPrivilegeEscalation":true')
    const [verdict] = await judge([{ name: 'x', level: 'restricted', version: 'latest', pod: JSON.parse(text) }])
    expect(verdict).toMatchObject({ allowed: false, why: expect.stringContaining('allowPrivilegeEscalation') })
  })

  // Kubernetes' own fixtures check that the judge itself is right.
  if (existsSync(FIXTURES)) {
    it.each(SUITES)(
      'is judged here as in Kubernetes’ own fixtures: %s %s, %i pass and %i fail',
      async (level, version, pass, fail) => {
        const good = await judge(await fixtures(level, version, 'pass'))
        const bad = await judge(await fixtures(level, version, 'fail'))
        expect([good.length, bad.length]).toEqual([pass, fail])
        expect(good.filter(({ allowed }) => !allowed)).toEqual([])
        expect(bad.filter(({ allowed }) => allowed)).toEqual([])
      },
    )
  } else {
    process.stdout.write(`Kubernetes' fixtures of Pod Security were not run: there is no ${FIXTURES}\n`)
  }
})
