import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { startGuard } from '@protectmyapi/dev-kit/programs/guard'
import type { ControlPlaneTools } from '../chart/go-tools.js'
import { EXAMPLES, type Example, MATRIX } from '../chart/matrix.js'
import type { Progress } from '../console/progress.js'
import type { RigConsole } from '../console/run-rig.js'
import { applyAsGitOps } from './apply-as-gitops.js'
import { type ControlPlane, startControlPlane } from './control-plane.js'
import { createRelease, packPrevious, type Release } from './helm-release.js'
import { liveThrough } from './life-of-a-release.js'
import { makeNamespace, prepareCluster } from './prepare-cluster.js'
import { runForReal } from './run-for-real.js'

export interface ClusterTestOptions {
  readonly projectDir: string
  readonly redisServer: string
  readonly helm: string
  readonly tools: ControlPlaneTools
  readonly searchPath: string
  /** The files of images, by image name. If given, only the programs at work are tested. */
  readonly imageRoots: Readonly<Record<string, string>> | undefined
}

/** Tests the chart's life on a real control plane. Logs stay in `.local/cluster`. @throws Error in words. */
export async function runClusterTest(options: ClusterTestOptions, { progress, onEnder }: RigConsole): Promise<void> {
  const { projectDir, helm, tools, searchPath } = options
  const folder = path.join(projectDir, '.local', 'cluster')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o711 })
  const guard = startGuard()
  const plane = await progress.step('etcd, API server, controllers, scheduler, kwok', () =>
    startControlPlane({ tools, folder: path.join(folder, 'plane'), guard, searchPath }),
  )
  const end = async (): Promise<void> => {
    await plane.stop()
    await guard.close()
  }
  onEnder(end)
  const chart = path.join(projectDir, 'charts', 'protectmyapi')
  const releaseIn = (namespace: string, example: Example): Release =>
    createRelease({ plane, helm, chart, folder, namespace, example })
  try {
    await progress.step('machines, volumes, and the kinds of others', () =>
      prepareCluster(plane, tools.definitions, folder),
    )
    if (options.imageRoots !== undefined) {
      await makeNamespace(plane, 'images', folder)
      const release = releaseIn('images', 'development')
      await progress.step('install', () => release.install(chart))
      await runForReal({ ...options, plane, release, namespace: 'images', folder, guard, progress })
      return
    }
    await validate(plane, releaseIn, { chart, folder, progress })
    const previous = await packPrevious({ plane, helm, chart, folder })
    for (const example of EXAMPLES) {
      const namespace = `life-${example}`
      await makeNamespace(plane, namespace, folder)
      const release = releaseIn(namespace, example)
      const whileInstalled = async (): Promise<void> => {
        if (example === 'development')
          await runForReal({ ...options, plane, release, namespace, folder, guard, progress })
      }
      const isReplicated = example !== 'development'
      await liveThrough({ plane, release, namespace, chart, previous, progress, isReplicated, whileInstalled })
    }
    await progress.step('helm template | kubectl apply, twice', async () => {
      await makeNamespace(plane, 'gitops', folder)
      const release = releaseIn('gitops', 'development')
      await applyAsGitOps({ plane, release, namespace: 'gitops', chart, folder })
    })
  } finally {
    await end()
  }
}

interface ValidateOptions {
  readonly chart: string
  readonly folder: string
  readonly progress: Progress
}

/** Checks that the API server knows every field of every render and accepts its value. */
async function validate(
  plane: ControlPlane,
  releaseIn: (namespace: string, example: Example) => Release,
  { chart, folder, progress }: ValidateOptions,
): Promise<void> {
  await makeNamespace(plane, 'keys', folder)
  await progress.step(`the API server takes ${MATRIX.length} renders, strictly`, async () => {
    for (const [index, [name, example, values]] of MATRIX.entries()) {
      const file = path.join(folder, `render-${index}.yaml`)
      await writeFile(file, await releaseIn('keys', example).template(chart, values))
      const strictly = ['--dry-run=server', '--validate=strict', '-n', 'keys', '-f', file]
      await plane.kubectl('create', ...strictly).catch((cause: unknown) => {
        throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
      })
    }
  })
}
