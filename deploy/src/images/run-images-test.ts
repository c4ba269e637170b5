import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Progress } from '../console/progress.js'
import { BASES, makeBaseImages } from './base-images.js'
import type { Builder, ImageFacts } from './builder.js'

const IMAGES = ['vault', 'management', 'proxy', 'installer'] as const
type ImageName = (typeof IMAGES)[number]

export interface ImagesTestOptions {
  readonly builder: Builder
  readonly cacheDir: string
  readonly projectDir: string
  /**
   * A PEM file of a CA that this machine trusts, for a proxy between the build and the registry. No image contains it.
   */
  readonly caFile: string | undefined
  readonly progress: Progress
}

const USER = '65532:65532'
const CA_IN_BUILD = '/ca.pem'
const DASHBOARD = '/app/services/dashboard/dist'
const LIMITS = {
  /** CPU time until a program has said what its environment lacks, by which time all of its code has been loaded. */
  startMs: 2_000,
  /** The quickest attempt counts: the first one reads from disk, while other things run. */
  attempts: 3,
  endMs: 30_000,
} as const
/** Programs that would help an attacker, so no image may contain them. */
const MUST_NOT_BE = [
  'bin/sh',
  'usr/bin/sh',
  'bin/bash',
  'usr/bin/apt',
  'usr/bin/dpkg',
  'usr/local/bin/npm',
  'usr/bin/env',
] as const

/** Builds the images and tries each alone. Answers where the files of each are. @throws Error in words. */
export async function runImagesTest(options: ImagesTestOptions): Promise<Readonly<Record<ImageName, string>>> {
  const { builder, cacheDir, projectDir, caFile, progress } = options
  await progress.step('base images: debootstrap, and Node from its npm package', (say) =>
    makeBaseImages(builder, cacheDir, say),
  )
  const dockerfile = path.join(projectDir, 'deploy', 'docker', 'Dockerfile')
  const bases = { BUILD_IMAGE: BASES.build, RUNTIME_IMAGE: BASES.runtime }
  const args = caFile === undefined ? bases : { ...bases, NODE_EXTRA_CA_CERTS: CA_IN_BUILD }
  const volumes = caFile === undefined ? [] : [`${caFile}:${CA_IN_BUILD}`]
  const roots: Partial<Record<ImageName, string>> = {}
  for (const name of IMAGES) {
    const image = imageOf(name)
    await progress.step(`image ${name}`, () =>
      builder.build({ image, dockerfile, context: projectDir, target: name, args, volumes }),
    )
    const root = await builder.mount(image)
    roots[name] = root
    await progress.step(`${name}: from an empty environment`, async (say) => {
      const facts = await builder.inspect(image)
      checkFacts(name, facts)
      checkDashboard(name, root, facts)
      for (const file of MUST_NOT_BE) if (existsSync(path.join(root, file))) throw new Error(`${name} has /${file}`)
      if (!existsSync(path.join(root, 'app/sbom.cdx.json'))) throw new Error(`${name} has no list of what is in it`)
      say(await tryEmpty(name, root, facts.entrypoint))
    })
  }
  const { vault, management, proxy, installer } = roots
  if (vault === undefined || management === undefined || proxy === undefined || installer === undefined)
    throw new Error('an image is missing')
  return { vault, management, proxy, installer }
}

function imageOf(name: ImageName): string {
  return `localhost/protectmyapi-${name}`
}

function checkFacts(name: string, { user, env, labels }: ImageFacts): void {
  if (user !== USER) throw new Error(`${name} runs as "${user}"`)
  if (!env.includes('NODE_OPTIONS=--disable-sigusr1')) throw new Error(`${name} opens an inspector when asked`)
  if (labels['org.opencontainers.image.licenses'] !== 'Apache-2.0') throw new Error(`${name} names no licence`)
}

/** Management alone has the dashboard, and is told where it is. */
function checkDashboard(name: ImageName, root: string, { env }: ImageFacts): void {
  const has = existsSync(path.join(root, DASHBOARD, 'index.html'))
  const knows = env.includes(`PMA_DASHBOARD_DIR=${DASHBOARD}`)
  const should = name === 'management'
  if (has !== should || knows !== should)
    throw new Error(
      `${name} ${has ? 'has' : 'lacks'} the dashboard, and ${knows ? 'names' : 'does not name'} its folder`,
    )
}

/** With an empty environment a program must say in words what it lacks, and exit with 2, quickly. */
async function tryEmpty(name: string, root: string, entrypoint: readonly string[]): Promise<string> {
  const words = name === 'installer' ? ['certificates'] : []
  let tookMs = Number.POSITIVE_INFINITY
  let neededMs = Number.POSITIVE_INFINITY
  let lines = 0
  for (let attempt = 0; attempt < LIMITS.attempts; attempt += 1) {
    const startedMs = performance.now()
    const { code, said, cpuMs } = await inRoot(root, [...entrypoint, ...words])
    tookMs = Math.min(tookMs, Math.round(performance.now() - startedMs))
    neededMs = Math.min(neededMs, cpuMs)
    if (code !== 2 || !/^The environment cannot be used:\n {2}\w+: /.test(said) || said.includes('    at '))
      throw new Error(`${name} ended with ${code} and said:\n${said}`)
    lines = said.trim().split('\n').length - 1
  }
  // Judged by CPU time and not by the clock, which includes what else runs here.
  if (neededMs > LIMITS.startMs) throw new Error(`${name} needed ${neededMs} ms of a processor to say what it lacks`)
  return `${await megabytes(root)} MB, of them ${await megabytes(path.join(root, 'app'))} beside Node; ${tookMs} ms, ${neededMs} of a processor, until it names ${lines} variables, and ends with 2`
}

interface Ended {
  readonly code: number
  readonly said: string
  /** CPU time in user space and in the kernel. */
  readonly cpuMs: number
}

/**
 * Prints the CPU seconds as the last line on standard error. `--norc`, because bash reads an rc file when its input is
 * a socket.
 */
const TIMED = ['--norc', '-c', 'TIMEFORMAT="%U %S"; time "$@"', 'timed', '/usr/bin/unshare'] as const

function inRoot(root: string, command: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { NODE_OPTIONS: '--disable-sigusr1' }, timeout: LIMITS.endMs }
    // With /proc, as every container has it: a service protects its memory there before it reads its environment.
    const own = ['--pid', '--fork', '--kill-child', `--mount-proc=${path.join(root, 'proc')}`]
    const args = [...own, '/usr/sbin/chroot', `--userspec=${USER}`, root, ...command]
    execFile('/bin/bash', [...TIMED, ...args], options, (cause, stdout, stderr) => {
      const [, errors = '', user, system] = /^(.*?)([\d.]+) ([\d.]+)\n$/s.exec(stderr) ?? []
      resolve({
        code: typeof cause?.code === 'number' ? cause.code : cause === null ? 0 : -1,
        // Errors from before there is a configuration go to standard error, later ones to the log on standard output.
        said: `${errors}${stdout}`,
        cpuMs: Math.round((Number(user) + Number(system)) * 1_000),
      })
    })
  })
}

async function megabytes(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) bytes += (await stat(path.join(entry.parentPath, entry.name))).size
  return Math.round(bytes / 1_000_000)
}
