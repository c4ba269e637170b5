/** For `npx jest` by hand. `make test` has started the servers already, which the variables show. */
import path from 'node:path'

const wanted = ['PMA_TEST_POSTGRES_URL', 'LOCALSTACK_ENDPOINT', 'PMA_TEST_REDIS_SERVER']

// biome-ignore lint/style/noDefaultExport: jest asks for it.
export default async function globalSetup() {
  if (wanted.every((name) => process.env[name])) return
  const module = path.resolve(import.meta.dirname, '..', 'dist', 'test-run', 'test-servers.js')
  const { startTestServers } = await import(module).catch((cause) => {
    throw new Error(
      'Build first (make build), or set PMA_TEST_POSTGRES_URL, LOCALSTACK_ENDPOINT and PMA_TEST_REDIS_SERVER.',
      { cause },
    )
  })
  const say = (line) => process.stderr.write(`${line}\n`)
  const servers = await startTestServers({
    cacheDir: path.resolve(import.meta.dirname, '..', '..', '.cache'),
    env: process.env,
    say,
  })
  for (const line of servers.missing) say(line)
  Object.assign(process.env, servers.variables)
  globalThis.__protectMyApiTestServers = servers
}
