import { beforeAll, describe, expect, it } from '@jest/globals'
import { MATRIX } from '../../src/chart/matrix.js'
import { render } from './helm.js'
import { type End, networkOf } from './network.js'
import { type Pod, podsOf } from './pods.js'

const NAMESPACE = 'keys'
const end = ({ labels }: Pod): End => ({ namespace: NAMESPACE, labels })
const address = (text: string): End => ({ address: text })
const DNS: End = { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } }
const INGRESS: End = { namespace: 'ingress-nginx', labels: { app: 'nginx' } }
const PROMETHEUS: End = { namespace: 'observability', labels: { 'app.kubernetes.io/name': 'prometheus' } }
const COLLECTOR: End = { namespace: 'observability', labels: { 'app.kubernetes.io/name': 'opentelemetry-collector' } }
const METRICS = 9464
const OTLP = 4318
const DATABASES: End = { namespace: 'databases', labels: { app: 'postgres' } }
/** An attacker who runs another namespace of the cluster, and may give pods the same labels as the product's. */
const forged = ({ labels }: Pod): End => ({ namespace: 'mallory', labels })

/** From, to, and the port. Connections that are not listed must be refused. */
const ARROWS: readonly (readonly [string, string, number])[] = [
  ['management', 'vault', 8060],
  ['proxy', 'vault', 8060],
  ['proxy', 'management', 8071],
  ['management', 'proxy', 8080],
]
const PORTS = [22, 53, 80, 443, OTLP, 5432, 6379, 8060, 8061, 8070, 8071, 8080, 8090, METRICS] as const
const SERVICES = ['vault', 'management', 'proxy']

describe('the network of a release', () => {
  let pods: readonly Pod[]
  let reaches: ReturnType<typeof networkOf>
  const pod = (component: string): Pod => {
    const found = pods.find((one) => one.component === component)
    if (found === undefined) throw new Error(`there is no pod of ${component}`)
    return found
  }
  beforeAll(async () => {
    const rendered = await render('plain')
    pods = podsOf(rendered)
    reaches = networkOf(rendered.objects, NAMESPACE)
  })

  it('lets pods connect as the arrows of the architecture say, and in no other way', () => {
    const found = pods.flatMap((from) =>
      pods.flatMap((to) =>
        PORTS.filter((port) => reaches(end(from), end(to), port)).map((port) => [from.component, to.component, port]),
      ),
    )
    expect(found.toSorted()).toEqual(ARROWS.map((arrow) => [...arrow]).toSorted())
  })

  it('lets nobody of another namespace in but the ingress at its two doors, whatever their labels are', () => {
    for (const to of pods)
      for (const from of [INGRESS, DNS, DATABASES, COLLECTOR, ...pods.map(forged)])
        for (const port of PORTS) {
          const isDoor =
            from === INGRESS &&
            ((to.component === 'proxy' && port === 8080) || (to.component === 'management' && port === 8070))
          expect([to.component, port, reaches(from, end(to), port)]).toEqual([to.component, port, isDoor])
        }
  })

  it('lets Prometheus reach the metrics ports and nothing else, and nobody else reach those', () => {
    for (const to of pods) {
      const isTold = SERVICES.includes(to.component)
      for (const port of PORTS)
        expect([to.component, port, reaches(PROMETHEUS, end(to), port)]).toEqual([
          to.component,
          port,
          isTold && port === METRICS,
        ])
      expect(reaches(COLLECTOR, end(to), METRICS)).toBe(false)
      expect(reaches({ ...PROMETHEUS, namespace: 'mallory' }, end(to), METRICS)).toBe(false)
    }
  })

  it('lets the three services send traces to the collector, and to nobody else', () => {
    for (const from of pods) {
      for (const port of PORTS)
        expect([from.component, port, reaches(end(from), COLLECTOR, port)]).toEqual([
          from.component,
          port,
          SERVICES.includes(from.component) && port === OTLP,
        ])
      expect(reaches(end(from), PROMETHEUS, OTLP)).toBe(false)
    }
  })

  it('lets every pod reach DNS, and not etcd in the same namespace', () => {
    for (const from of pods) {
      expect(reaches(end(from), DNS, 53, 'UDP')).toBe(true)
      expect(reaches(end(from), { namespace: 'kube-system', labels: { app: 'etcd' } }, 2379)).toBe(false)
    }
  })

  it.each([
    '10.0.0.1',
    '10.96.0.1',
    '172.16.5.5',
    '192.168.1.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    'fd00:ec2::254',
    'fe80::1',
    'fd12::1',
    '::1',
  ])('lets the proxy reach the public internet, but not %s', (inside) => {
    expect(reaches(end(pod('proxy')), address('104.18.6.192'), 443)).toBe(true)
    expect(reaches(end(pod('proxy')), address('2606:4700::6812:6c0'), 443)).toBe(true)
    for (const port of PORTS) expect(reaches(end(pod('proxy')), address(inside), port)).toBe(false)
  })

  it('lets neither management nor the vault reach the public internet', () => {
    for (const component of ['management', 'vault'])
      for (const port of PORTS) expect(reaches(end(pod(component)), address('104.18.6.192'), port)).toBe(false)
  })

  it('lets the proxy reach Redis and no Postgres, and the vault and migrations reach Postgres alone', () => {
    const to = (component: string) => PORTS.filter((port) => reaches(end(pod(component)), DATABASES, port))
    expect(to('proxy')).toEqual([6379])
    expect(to('management')).toEqual([5432, 6379])
    expect([to('vault'), to('vault-migrate'), to('management-migrate')]).toEqual([[5432], [5432], [5432]])
  })
})

describe('an admin of another namespace, whose pods have the product’s labels', () => {
  it.each(MATRIX.filter(([name]) => name !== 'no network policies'))(
    'reaches no pod of a release: %s',
    async (_name, example, values) => {
      const { objects } = await render(example, values)
      const reaches = networkOf(objects, NAMESPACE)
      const found = podsOf({ objects }).flatMap((to, _index, pods) =>
        pods.flatMap((from) =>
          PORTS.filter((port) => reaches(forged(from), end(to), port)).map((port) => [to.of, port]),
        ),
      )
      expect(found).toEqual([])
    },
  )
})

describe('the vault on AWS', () => {
  it('reaches its KMS, but neither another private address nor the metadata of the machine', async () => {
    const { objects } = await render('aws')
    const reaches = networkOf(objects, NAMESPACE)
    const vault = podsOf({ objects }).find(({ component }) => component === 'vault')
    if (vault === undefined) throw new Error('there is no vault')
    expect(reaches(end(vault), address('10.0.80.10'), 443)).toBe(true)
    for (const port of [80, 443]) expect(reaches(end(vault), address('169.254.169.254'), port)).toBe(false)
    expect(reaches(end(vault), address('10.0.100.10'), 443)).toBe(false)
  })
})

describe('a vault whose KMS has no range of its own', () => {
  it('reaches any other address, but not the metadata of the machine', async () => {
    const { objects } = await render('aws', { networkPolicy: { kmsTo: [], kmsPorts: [80, 443] } })
    const reaches = networkOf(objects, NAMESPACE)
    const vault = podsOf({ objects }).find(({ component }) => component === 'vault')
    if (vault === undefined) throw new Error('there is no vault')
    expect(reaches(end(vault), address('203.0.113.7'), 443)).toBe(true)
    for (const metadata of ['169.254.169.254', 'fd00:ec2::254'])
      for (const port of [80, 443]) expect(reaches(end(vault), address(metadata), port)).toBe(false)
  })
})

describe('a cluster with public ranges of its own', () => {
  it('keeps those ranges from the proxy', async () => {
    const { objects } = await render('plain', { networkPolicy: { clusterRanges: ['203.0.113.0/24', '2001:db8::/32'] } })
    const reaches = networkOf(objects, NAMESPACE)
    const proxy = podsOf({ objects }).find(({ component }) => component === 'proxy')
    if (proxy === undefined) throw new Error('there is no proxy')
    for (const inside of ['203.0.113.9', '2001:db8::1']) expect(reaches(end(proxy), address(inside), 443)).toBe(false)
  })
})
