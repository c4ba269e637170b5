import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { describe } from '@jest/globals'
import { freePort } from '../free-port.js'
import { startGuard } from '../programs/guard.js'
import { until } from '../until.js'

export const TEST_NGINX_VARIABLE = 'PMA_TEST_NGINX'

/**
 * `describe` for tests that need an nginx: without one they are skipped, and the run says so. In CI they fail instead.
 */
export function describeWithNginx(what: string, tests: () => void): void {
  const canRun = Boolean(process.env[TEST_NGINX_VARIABLE]) || process.env.CI === 'true'
  if (!canRun) process.stdout.write(`nginx: ${what} not run, ${TEST_NGINX_VARIABLE} is not set\n`)
  const run = canRun ? describe : describe.skip
  run(what, tests)
}

export interface TestNginx {
  readonly port: number
  stop(): Promise<void>
}

/**
 * Starts an nginx that forwards whatever it can parse, unchanged, to `upstreamPort`. It ends with this process at the
 * latest.
 *
 * @throws Error if `PMA_TEST_NGINX`, the path of an nginx, is not set.
 */
export async function startTestNginx(upstreamPort: number): Promise<TestNginx> {
  const binary = process.env[TEST_NGINX_VARIABLE]
  if (!binary) throw new Error(`${TEST_NGINX_VARIABLE} is not set: there is no nginx to start`)
  const folder = await mkdtemp(path.join(os.tmpdir(), 'pma-nginx-'))
  const port = await freePort()
  await writeFile(path.join(folder, 'nginx.conf'), configuration(folder, port, upstreamPort))
  const child = spawn(binary, ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], { stdio: 'ignore' })
  const guard = startGuard()
  if (child.pid !== undefined) guard.watch(child.pid)
  await until(() => canConnect(port))
  return {
    port,
    async stop() {
      await ended(child)
      await guard.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** One process in the foreground. What nginx drops or merges by default is kept. */
function configuration(folder: string, port: number, upstreamPort: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  return `
    daemon off; master_process off; pid ${folder}/pid;
    events {}
    http {
      access_log off;
      ${temporary.join('\n')}
      ignore_invalid_headers off; underscores_in_headers on; merge_slashes off;
      client_max_body_size 0; keepalive_timeout 60s; large_client_header_buffers 8 32k;
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://127.0.0.1:${upstreamPort};
          proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass_request_headers on;
        }
      }
    }`
}

async function canConnect(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(undefined))
    socket.once('connect', () => socket.destroy())
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exit
}
