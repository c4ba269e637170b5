import { describe, expect, it } from '@jest/globals'
import { MATRIX } from '../../src/chart/matrix.js'
import { type KubeObject, render } from './helm.js'
import { podOf, podsOf } from './pods.js'

const idOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`
const jobsOf = (objects: readonly KubeObject[]): readonly string[] =>
  objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name)

describe('a render', () => {
  it.each(MATRIX)(
    'is the same twice, has each object once, and has all of them in its namespace: %s',
    async (_name, example, values) => {
      const [one, other] = await Promise.all([render(example, values), render(example, values)])
      expect(other.text).toBe(one.text)
      const ids = one.objects.map(idOf)
      expect(new Set(ids).size).toBe(ids.length)
      for (const { metadata } of one.objects) expect(metadata.namespace).toBe('keys')
    },
  )

  it.each(MATRIX)('has no data in its Secrets, which Jobs fill: %s', async (_name, example, values) => {
    const { objects } = await render(example, values)
    for (const object of objects.filter(({ kind }) => kind === 'Secret')) {
      expect(Object.keys(object)).not.toContain('data')
      expect(Object.keys(object)).not.toContain('stringData')
    }
  })

  it('has no Helm hook but the test, so that migrations run also where templates are applied alone', async () => {
    const { objects } = await render('development')
    const hooks = objects.filter(({ metadata }) => JSON.stringify(metadata).includes('helm.sh/hook"'))
    expect(hooks.map(idOf)).toEqual(['Pod pma-protectmyapi-test'])
  })

  it('mounts the token of Kubernetes only in pods that write Secrets', async () => {
    const pods = podsOf(await render('development'))
    const withToken = pods.filter(({ spec }) => spec.automountServiceAccountToken !== false)
    expect(withToken.map(({ component }) => component).sort()).toEqual([
      'certificates',
      'certificates',
      'trial-secrets',
    ])
  })

  it('lets the installer get and patch its own Secrets, and do nothing else', async () => {
    const { objects } = await render('development')
    const [role, ...more] = objects.filter(({ kind }) => kind === 'Role')
    expect(more).toEqual([])
    const secrets = objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name)
    const rule = { apiGroups: [''], resources: ['secrets'], resourceNames: secrets.toSorted(), verbs: ['get', 'patch'] }
    const rules = JSON.parse(JSON.stringify(role?.rules)) as [{ resourceNames: string[] }]
    expect([{ ...rules[0], resourceNames: rules[0].resourceNames.toSorted() }, rules.length]).toEqual([rule, 1])
  })
})

describe('a migration', () => {
  it('is a Job of another name if anything in it changes, and of the same name if nothing does', async () => {
    const names = async (values: Record<string, unknown>) => jobsOf((await render('plain', values)).objects)
    const before = await names({})
    expect(await names({ proxy: { replicas: 7 } })).toEqual(before)
    const after = await names({ image: { tag: '0.2.0' } })
    expect(after).toHaveLength(before.length)
    expect(after.filter((name) => before.includes(name))).toEqual([])
  })

  it.each(['vault', 'management'])(
    'is waited for by %s with the image and the environment of the service itself',
    async (component) => {
      const { spec } = podOf(await render('plain'), component)
      const wait = spec.initContainers.at(-1)
      expect([wait?.args, wait?.image]).toEqual([['wait-for-schema'], spec.containers[0]?.image])
      expect(wait?.env).toEqual(spec.containers[0]?.env)
    },
  )
})

describe('a pod that ends', () => {
  // The time that build.ts of each service allows for its stop, in seconds: for a proxy, ten more than its drain.
  it.each([
    ['vault', 15],
    ['management', 20],
    ['proxy', 25 + 10],
  ])('of %s has more time than its preStop pause and its own stop take', async (component, shutdownSeconds) => {
    const { spec } = podOf(await render('plain'), component)
    const preStop = JSON.stringify(spec.containers[0]?.lifecycle).match(/"sleep":\{"seconds":(\d+)\}/)?.[1]
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThan(Number(preStop) + shutdownSeconds)
  })

  it('has a grace period that follows the drain and the preStop pause in values', async () => {
    const { spec } = podOf(await render('plain', { proxy: { drainSeconds: 300, preStopSeconds: 20 } }), 'proxy')
    expect(spec.terminationGracePeriodSeconds).toBe(335)
    expect(JSON.stringify(spec.containers[0]?.env)).toContain('{"name":"PMA_DRAIN_MS","value":"300000"}')
  })
})

describe('the liveness probe', () => {
  it.each(['vault', 'management', 'proxy'])(
    'of %s asks for /healthz alone, and ends a process that hangs in less than 30 s',
    async (component) => {
      const { spec } = podOf(await render('plain'), component)
      const probe = spec.containers[0]?.livenessProbe as {
        httpGet: { path: string }
        periodSeconds: number
        timeoutSeconds: number
        failureThreshold: number
      }
      expect(probe.httpGet.path).toBe('/healthz')
      expect(probe.periodSeconds * probe.failureThreshold + probe.timeoutSeconds).toBeLessThan(30)
    },
  )
})
