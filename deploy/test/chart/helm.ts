import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { z } from 'zod'
import type { Example, Values } from '../../src/chart/matrix.js'

export const CHART = path.resolve(import.meta.dirname, '..', '..', '..', 'charts', 'protectmyapi')
const KubeObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
})
/** An object as it is sent to the API server. */
export type KubeObject = z.output<typeof KubeObject>

export interface Rendered {
  readonly text: string
  readonly objects: readonly KubeObject[]
}

const RELEASE = ['pma', '--namespace', 'keys', '--kube-version', '1.34.1'] as const
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024

/** The objects that `helm install` would send. @throws Error with helm's output. */
export async function render(example: Example, values: Values = {}): Promise<Rendered> {
  const text = await helmTemplate(['-f', path.join(CHART, 'examples', `${example}.yaml`)], values)
  return { text, objects: parse(text) }
}

/** Helm's message where it refuses. @throws Error where it does not refuse. */
export async function refusal(example: Example | null, values: Values): Promise<string> {
  const files = example === null ? [] : ['-f', path.join(CHART, 'examples', `${example}.yaml`)]
  return helmTemplate(files, values).then(
    () => {
      throw new Error('helm rendered what it should have refused')
    },
    (cause: unknown) => String(cause),
  )
}

async function helmTemplate(files: readonly string[], values: Values): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pma-chart-'))
  try {
    const file = path.join(folder, 'values.yaml')
    await writeFile(file, stringify(values))
    return await helm(['template', ...RELEASE, CHART, ...files, '-f', file])
  } finally {
    await rm(folder, { recursive: true })
  }
}

export function helm(args: readonly string[]): Promise<string> {
  const program = process.env.PMA_HELM
  if (program === undefined) throw new Error('PMA_HELM is not set: make chart-test sets it')
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { maxBuffer: OUTPUT_BYTES_MAX }, (cause, stdout, stderr) =>
      cause === null ? resolve(stdout) : reject(new Error(stderr || stdout)),
    )
  })
}

function parse(text: string): readonly KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const value: unknown = document.toJS()
    return value === null ? [] : [KubeObject.parse(value)]
  })
}
