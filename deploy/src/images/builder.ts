import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { z } from 'zod'

/** buildah, with a storage of its own, and without a daemon, a network of its own or an overlay. */
export interface Builder {
  /** Makes an image with the contents of a folder. */
  fromFolder(image: string, folder: string): Promise<void>
  build(options: BuildOptions): Promise<void>
  inspect(image: string): Promise<ImageFacts>
  /** Answers where the image's files are, until `release`. */
  mount(image: string): Promise<string>
  release(): Promise<void>
}

export interface BuildOptions {
  readonly image: string
  readonly dockerfile: string
  readonly context: string
  readonly target: string
  readonly args: Readonly<Record<string, string>>
  /** `source:target` of files that are visible during the build and are in no image. */
  readonly volumes: readonly string[]
}

export interface ImageFacts {
  readonly user: string
  readonly entrypoint: readonly string[]
  readonly env: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

const BUILD_MS = 30 * 60_000

const Inspected = z.object({
  OCIv1: z.object({
    config: z.object({
      User: z.string().default(''),
      Env: z.array(z.string()).default([]),
      Entrypoint: z.array(z.string()).default([]),
      Labels: z.record(z.string(), z.string()).default({}),
    }),
  }),
})

export function createBuilder(cacheDir: string): Builder {
  const storage = [
    '--root',
    path.join(cacheDir, 'storage'),
    '--runroot',
    path.join(cacheDir, 'run'),
    '--storage-driver',
    'vfs',
  ]
  const containers: string[] = []
  const buildah = (...args: readonly string[]): Promise<string> =>
    runCommand('buildah', [...storage, ...args], { timeoutMs: BUILD_MS })
  const isolated = ['--isolation', 'chroot', '--format', 'oci', '--layers']
  return {
    async fromFolder(image, folder) {
      const file = path.join(cacheDir, 'from-folder.Dockerfile')
      await writeFile(file, 'FROM scratch\nCOPY . /\n')
      await buildah('bud', ...isolated, '-f', file, '-t', image, folder)
    },
    async build({ image, dockerfile, context, target, args, volumes }) {
      const given = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
      const mounted = volumes.flatMap((volume) => ['--volume', `${volume}:ro`])
      const ignore = ['--ignorefile', `${dockerfile}.dockerignore`]
      await buildah(
        'bud',
        ...isolated,
        ...ignore,
        ...given,
        ...mounted,
        '--target',
        target,
        '-f',
        dockerfile,
        '-t',
        image,
        context,
      )
    },
    async inspect(image) {
      const {
        User: user,
        Env: env,
        Entrypoint: entrypoint,
        Labels: labels,
      } = Inspected.parse(JSON.parse(await buildah('inspect', '--type', 'image', image))).OCIv1.config
      return { user, env, entrypoint, labels }
    },
    async mount(image) {
      const container = (await buildah('from', '--pull-never', image)).trim()
      containers.push(container)
      return (await buildah('mount', container)).trim()
    },
    async release() {
      for (const container of containers.splice(0)) await buildah('rm', container)
    },
  }
}
