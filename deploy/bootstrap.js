/**
 * Runs before anything else of the project can: installs packages if the lock file has changed, compiles, and builds the
 * dashboard. Plain JavaScript without dependencies, because none are installed yet.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const project = path.resolve(import.meta.dirname, '..')
const lockFile = path.join(project, 'package-lock.json')
const installed = path.join(project, 'node_modules', '.package-lock.json')
/** Records which lock file the packages were installed from, because file times mean little after a checkout. */
const stamp = path.join(project, 'node_modules', '.protectmyapi-lock')
const dashboard = path.join(project, 'services', 'dashboard')
/** What the dashboard is built from, in its folder, besides the packages. */
const DASHBOARD_INPUTS = /^(index\.html|(package|tsconfig)\.json|vite\.config\..*|(src|public)\/.*)$/
/** Shorter than the ten seconds after which people think that nothing happens. */
const HEARTBEAT_MS = 4000

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  say(`Node 20.19 or later is needed; this is ${process.versions.node}.`)
  process.exit(1)
}

const digest = sha256(readFileSync(lockFile))
if (!isInstalled()) {
  await step('packages (npm ci)', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
}
writeFileSync(stamp, digest)
await step('build (tsc)', process.execPath, [
  path.join(project, 'node_modules', 'typescript', 'bin', 'tsc'),
  '-b',
  project,
])
if (existsSync(path.join(dashboard, 'package.json'))) await buildDashboard()

function isInstalled() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return true
  // Installed by `npm install`, which writes this file after the lock file and leaves no stamp.
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lockFile).mtimeMs
}

/** Only if its inputs have changed, because Vite keeps no record of them and takes seconds. */
async function buildDashboard() {
  const builtFrom = path.join(dashboard, 'dist', '.built-from')
  const files = readdirSync(dashboard, { recursive: true }).filter((file) => DASHBOARD_INPUTS.test(file))
  const contents = files
    .sort()
    .filter((file) => statSync(path.join(dashboard, file)).isFile())
    .map((file) => [file, sha256(readFileSync(path.join(dashboard, file)))])
  const inputs = sha256(JSON.stringify([digest, contents]))
  if (existsSync(builtFrom) && readFileSync(builtFrom, 'utf8') === inputs) return
  await step('build (dashboard)', process.execPath, [
    path.join(project, 'node_modules', 'vite', 'bin', 'vite.js'),
    'build',
    '--logLevel=warn',
    dashboard,
  ])
  writeFileSync(builtFrom, inputs)
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex')
}

function step(label, file, args) {
  const startedMs = performance.now()
  const seconds = () => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`
  say(`  · ${label}`)
  const heartbeat = setInterval(() => say(`    … ${label}, ${seconds()}`), HEARTBEAT_MS)
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: project, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', (cause) => end(cause.message))
    child.on('exit', (code, signal) => end(code ?? signal))
    function end(status) {
      clearInterval(heartbeat)
      if (status === 0) {
        say(`  ✓ ${label} (${seconds()})`)
        return resolve(undefined)
      }
      say(`${label} failed (${status}).`)
      process.exit(1)
    }
  })
}

function say(line) {
  process.stdout.write(`${line}\n`)
}
