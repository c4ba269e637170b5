import { mkdtemp, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import type { Example, Values } from '../chart/matrix.js'
import type { ControlPlane } from './control-plane.js'

export interface ReleaseOptions {
  readonly plane: ControlPlane
  readonly helm: string
  /** The folder of the chart's source. */
  readonly chart: string
  readonly folder: string
  readonly namespace: string
  readonly example: Example
}

/**
 * A release called `pma`, in a namespace of its own. Every command waits for its effect, and throws with helm's output.
 */
export interface Release {
  install(chart: string): Promise<void>
  upgrade(chart: string, values?: Values): Promise<void>
  rollback(revision: number): Promise<void>
  uninstall(): Promise<void>
  /** The objects that helm would send, as text. */
  template(chart: string, values?: Values): Promise<string>
  /** Answers the output of `helm test`. */
  test(): Promise<string>
}

export const RELEASE = 'pma'
const TIMEOUT_MS = 300_000
/** Waits until everything is there, the migrations included. */
const WAIT = ['--wait', '--wait-for-jobs', '--timeout', '3m'] as const

export function createRelease({ plane, helm, chart, folder, namespace, example }: ReleaseOptions): Release {
  const run = (...args: readonly string[]): Promise<string> =>
    runCommand(helm, [...args, '--namespace', namespace], { env: plane.env, timeoutMs: TIMEOUT_MS })
  const withValues = async (values: Values = {}): Promise<readonly string[]> => {
    // JSON is valid YAML.
    const file = path.join(await mkdtemp(path.join(folder, 'values-')), 'values.yaml')
    await writeFile(file, JSON.stringify(values))
    return ['-f', path.join(chart, 'examples', `${example}.yaml`), '-f', file]
  }
  return {
    async install(source) {
      await run('install', RELEASE, source, ...(await withValues()), ...WAIT)
    },
    async upgrade(source, values) {
      await run('upgrade', RELEASE, source, ...(await withValues(values)), ...WAIT)
    },
    async rollback(revision) {
      await run('rollback', RELEASE, String(revision), ...WAIT)
    },
    async uninstall() {
      await run('uninstall', RELEASE, '--wait', '--timeout', '2m')
    },
    async template(source, values) {
      return run('template', RELEASE, source, ...(await withValues(values)), '--skip-tests', '--kube-version', '1.34.1')
    },
    test: () => run('test', RELEASE, '--timeout', '3m'),
  }
}

/** Packs the chart under an earlier version. */
export async function packPrevious({
  plane,
  helm,
  chart,
  folder,
}: Omit<ReleaseOptions, 'namespace' | 'example'>): Promise<string> {
  await runCommand(helm, ['package', chart, '--version', '0.0.9', '--app-version', '0.0.9', '-d', folder], {
    env: plane.env,
  })
  return path.join(folder, 'protectmyapi-0.0.9.tgz')
}
