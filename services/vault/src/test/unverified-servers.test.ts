import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import net, { type AddressInfo, type Server } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createAuthority, type Issued } from '@protectmyapi/dev-kit/certificates/certificate-authority'

const VAULT = fileURLToPath(new URL('../..', import.meta.url))
const KMS = `
  const { awsKms } = await import('./dist/keys/aws-kms.js')
  const keyArn = 'arn:aws:kms:us-east-1:000000000000:key/a'
  const kms = awsKms({ keyArn, otherKeyArns: [], region: 'us-east-1', ...(PORT ? { endpoint: 'https://127.0.0.1:' + PORT } : {}) })
  await kms.generate({ installationId: 'i', organizationId: 'o', keyId: 'k', keyVersion: 1 }).catch((err) => end(err.cause))`
/** Clients that connect and print how that ended. PORT and CA are set in the environment. */
const CLIENTS = {
  KMS,
  Postgres: `
  const { connectPostgres } = await import('@protectmyapi/service-kit/postgres/postgres')
  const target = { host: '127.0.0.1', port: PORT, database: 'd', user: 'u', password: 'of-the-role', ca: CA, poolMax: 1 }
  await connectPostgres(target, 'test').raw('SELECT 1').catch(end)`,
  Redis: `
  const { connectRedis } = await import('@protectmyapi/service-kit/redis/redis')
  const target = { host: '127.0.0.1', port: PORT, password: () => 'of-redis', tls: true, ca: CA, cluster: false }
  connectRedis(target, 'test', { warn: ({ err }) => end(err), info: () => end({ code: 'connected' }) })`,
} as const

let folder = ''
let served: Issued
let ca = ''

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'pma-unverified-'))
  served = await (await createAuthority('another')).issue({ ipAddresses: ['127.0.0.1'] })
  ca = (await createAuthority('ours')).certPem
  await writeFile(path.join(folder, 'ca.pem'), ca)
})
afterAll(() => rm(folder, { recursive: true }))

describe('with NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
  it.each(Object.entries(CLIENTS))(
    'the client of %s sends nothing to a server whose certificate is from another CA',
    async (name, client) => {
      const heard: string[] = []
      const server = listensBehindTls(name === 'Postgres', heard)
      const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem') }
      const said = await runClient(client, await portOf(server), env)
      server.close()
      expect({ said, heard }).toEqual({ said: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', heard: [] })
    },
    20_000,
  )
})

describe('the KMS client asks AWS’s own KMS', () => {
  it.each([
    ['variables', (url: string) => ({ AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_KMS: url })],
    ['a file', () => ({ AWS_CONFIG_FILE: path.join(folder, 'config') })],
  ])(
    'whatever endpoint %s of the SDK may name',
    async (_what, envOf) => {
      const heard: string[] = []
      const server = http.createServer((request, response) => {
        heard.push(request.url ?? '')
        response.writeHead(400).end()
      })
      const url = `http://127.0.0.1:${await portOf(server)}`
      await writeFile(path.join(folder, 'config'), `[default]\nendpoint_url = ${url}\n`)
      const said = await runClient(KMS, 0, envOf(url))
      server.close()
      expect({ said, heard }).toEqual({ said: 'asked for kms.us-east-1.amazonaws.com', heard: [] })
    },
    20_000,
  )
})

/**
 * Runs the client in a process of its own, because the variable applies to a whole process. No name is looked up
 * outside.
 */
function runClient(client: string, port: number, env: Readonly<Record<string, string>>): Promise<string> {
  const script = `
  import dns from 'node:dns'
  dns.lookup = (name, _options, answer) => answer(Object.assign(new Error(), { code: 'asked for ' + name }))
  const PORT = ${port}, CA = ${JSON.stringify(ca)}
  const end = (err) => { console.log(err.code ?? err.name); process.exit() }
  ${client}`
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: VAULT,
      env: { ...credentials, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk
    })
    child.once('close', () => resolve(said.trim()))
  })
}

/** Records what it receives once TLS is up, and answers nothing. A Postgres client first asks for TLS in plain text. */
function listensBehindTls(isPostgres: boolean, heard: string[]): Server {
  const context = tls.createSecureContext({ cert: served.certPem, key: served.keyPem })
  return net.createServer((socket) => {
    const secure = (): void => {
      const secured = new tls.TLSSocket(socket, { isServer: true, secureContext: context })
      secured.on('data', (chunk: Buffer) => {
        heard.push(chunk.toString('latin1'))
        secured.destroy()
      })
      secured.on('error', () => socket.destroy())
    }
    socket.on('error', () => undefined)
    if (!isPostgres) return secure()
    socket.once('data', () => {
      socket.write('S')
      secure()
    })
  })
}

function portOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
}
