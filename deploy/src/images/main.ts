import { spawn } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { type RigConsole, runRig } from '../console/run-rig.js'
import { createBuilder } from './builder.js'
import { runImagesTest } from './run-images-test.js'

const project = path.resolve(import.meta.dirname, '..', '..', '..')
const cacheDir = path.join(project, '.cache', 'images')

/** `make images-test`: builds the images, tries each alone, and runs all of them in the pods of the chart. */
async function testImages({ progress, onEnder }: RigConsole): Promise<boolean> {
  os.setPriority(10)
  if (process.getuid?.() !== 0)
    throw new Error('make images-test needs root, to build and to change roots (sudo make images-test).')
  const builder = createBuilder(cacheDir)
  onEnder(() => builder.release())
  const caFile = process.env.NODE_EXTRA_CA_CERTS
  try {
    const roots = await runImagesTest({ builder, cacheDir, projectDir: project, caFile, progress })
    progress.say('The pods of the chart, out of these images:')
    return (await inPods(roots)) === 0
  } finally {
    await builder.release()
  }
}

/** Runs the part of `make cluster-test` that runs programs, with the files of the images. */
function inPods(roots: Readonly<Record<string, string>>): Promise<number | null> {
  const script = path.join(project, 'deploy', 'dist', 'cluster', 'main.js')
  const env = { ...process.env, PMA_IMAGE_ROOTS: JSON.stringify(roots) }
  const child = spawn(process.execPath, [script], { stdio: 'inherit', env })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code))
  })
}

await runRig(testImages)
