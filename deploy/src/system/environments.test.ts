import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import {
  type Environment,
  managementEnvironment,
  nodeOptionsOf,
  type Plan,
  proxyEnvironment,
  vaultEnvironment,
} from './environments.js'

const identity = { cert: '/cert', key: '/key' }
const role = { user: 'role', passwordFile: '/password' }
const database = { host: 'db', port: 1, name: 'name', adminUrl: 'postgres://db', migrator: role, runtime: role }

const plan: Plan = {
  host: '127.0.0.1',
  ports: { management: 1, directory: 2, vault: 3, proxy: 4, postgres: 5, redis: 6, provider: 7 },
  identities: {
    ca: '/ca',
    caKey: '/ca.key',
    vault: identity,
    management: identity,
    proxies: [identity],
    service: identity,
    internalDemo: identity,
  },
  databases: { management: database, vault: database, vaultKeys: database },
  redis: { url: 'redis://cache.example', cluster: false },
  kmsKeyFile: '/kms.key',
  bootstrap: { email: 'owner@demo.example', passwordFile: '/owner', organization: 'Demo' },
  horizonMs: 1,
  dashboardDir: '/pages',
  logLevel: 'info',
}

const ofRedis = (env: Environment): string[] => Object.keys(env).filter((name) => name.startsWith('PMA_REDIS_'))

const PROJECT = path.resolve(import.meta.dirname, '..', '..', '..')

/** The arguments between Node and the program in the one command of a file that starts it. */
function optionsIn(file: string, program: string): readonly string[] {
  const commands = readFileSync(path.join(PROJECT, file), 'utf8')
    .split('\n')
    .filter((line) => line.includes(program))
  expect(commands).toHaveLength(1)
  const [, list = ''] = /\[(.*)\]/.exec(commands[0] ?? '') ?? []
  const words = list.replaceAll('"', '').split(', ')
  expect(words.at(-1)).toBe(program)
  return words.slice(1, -1)
}

describe('the environments of the services', () => {
  it.each(['vault', 'management', 'proxy'] as const)(
    'start the %s with the same options of Node in the image and in docker-compose.yml',
    (service) => {
      const ofImage = optionsIn('deploy/docker/Dockerfile', `/app/services/${service}/dist/main.js`)
      const ofCompose = optionsIn('docker-compose.yml', `services/${service}/dist/main.js`)
      expect([ofImage, ofCompose]).toEqual([nodeOptionsOf(service), nodeOptionsOf(service)])
    },
  )

  it('name one folder of the dashboard in the image of management and in docker-compose.yml', () => {
    const folderIn = (file: string): readonly string[] =>
      [...readFileSync(path.join(PROJECT, file), 'utf8').matchAll(/PMA_DASHBOARD_DIR[=:] ?(.*)/g)].map(
        ([, folder = '']) => folder,
      )
    expect(folderIn('deploy/docker/Dockerfile')).toEqual(['/app/services/dashboard/dist'])
    expect(folderIn('docker-compose.yml')).toEqual(['/app/services/dashboard/dist'])
  })

  it('name Redis to management and proxies, and not to the vault', () => {
    expect(managementEnvironment(plan)).toMatchObject({ PMA_REDIS_HOST: 'cache.example' })
    expect(proxyEnvironment(plan, 0)).toMatchObject({ PMA_REDIS_HOST: 'cache.example' })
    expect(ofRedis(vaultEnvironment(plan))).toEqual([])
  })

  it('name no Redis when there is none', () => {
    const without = { ...plan, redis: undefined }
    expect([...ofRedis(managementEnvironment(without)), ...ofRedis(proxyEnvironment(without, 0))]).toEqual([])
  })

  it('name the dashboard’s files to management alone, and to nobody when it is not built', () => {
    expect(managementEnvironment(plan)).toMatchObject({ PMA_DASHBOARD_DIR: '/pages' })
    const others = [
      vaultEnvironment(plan),
      proxyEnvironment(plan, 0),
      managementEnvironment({ ...plan, dashboardDir: undefined }),
    ]
    for (const environment of others) expect(environment).not.toHaveProperty('PMA_DASHBOARD_DIR')
  })
})
