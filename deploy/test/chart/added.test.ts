import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ADDED, SIDECAR_RULE } from '../../src/chart/matrix.js'
import { type KubeObject, type Rendered, render } from './helm.js'
import { type Pod, podOf, podsOf } from './pods.js'

const SERVICES = ['vault', 'management', 'proxy'] as const
const Policy = z.object({ ingress: z.array(z.unknown()) })
const JOBS = ['vault-migrate', 'management-migrate'] as const

let rendered: Rendered
beforeAll(async () => {
  rendered = await render('plain', ADDED)
})
const named = (kind: string, name: string): KubeObject | undefined =>
  rendered.objects.find((object) => object.kind === kind && object.metadata.name === name)
const annotationsOf = (pod: Pod): unknown => JSON.parse(JSON.stringify(pod.raw.metadata)).annotations

describe('values that add to the chart’s own objects', () => {
  it('put a common label on every object and every pod, and on no selector', () => {
    for (const { kind, metadata } of rendered.objects.filter(({ metadata }) => !['one', 'two'].includes(metadata.name)))
      expect([kind, metadata.name, metadata.labels]).toEqual([
        kind,
        metadata.name,
        expect.objectContaining({ 'example.com/cost-centre': '42' }),
      ])
    for (const { labels } of podsOf(rendered)) expect(labels).toMatchObject({ 'example.com/cost-centre': '42' })
    for (const { spec } of rendered.objects.filter(({ kind }) => kind === 'Deployment' || kind === 'Service'))
      expect(JSON.stringify((spec as { selector: unknown }).selector)).not.toContain('example.com')
  })

  it.each(SERVICES)('are all in the pod, the Deployment and the ServiceAccount of %s', (component) => {
    const pod = podOf(rendered, component)
    expect(annotationsOf(pod)).toEqual({ 'example.com/pod': 'x' })
    expect(pod.labels).toMatchObject({ 'example.com/pod': 'x' })
    expect(pod.spec).toMatchObject({
      priorityClassName: 'high',
      schedulerName: 'packing',
      runtimeClassName: 'gvisor',
      nodeSelector: { pool: 'keys' },
      tolerations: [{ key: 'keys', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      topologySpreadConstraints: [
        { topologyKey: 'rack', labelSelector: { matchLabels: { 'app.kubernetes.io/component': component } } },
      ],
      hostAliases: [{ ip: '10.0.0.9', hostnames: ['collector.internal'] }],
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['10.0.0.2'], options: [{ name: 'ndots', value: '1' }] },
      imagePullSecrets: [{ name: 'registry' }],
    })
    expect(pod.spec.volumes).toContainEqual({ name: 'scratch', emptyDir: { sizeLimit: '1Mi' } })
    const [service, beside] = pod.spec.containers
    expect(service?.volumeMounts).toContainEqual({ name: 'scratch', mountPath: '/scratch' })
    expect(service?.env).toContainEqual({ name: 'HTTPS_PROXY', value: 'http://egress.internal:3128' })
    expect(service).toMatchObject({
      startupProbe: { failureThreshold: 300, periodSeconds: 1 },
      livenessProbe: { timeoutSeconds: 5, failureThreshold: 4 },
      readinessProbe: { periodSeconds: 2, failureThreshold: 2 },
    })
    expect([beside?.name, beside?.volumeMounts]).toEqual(['shipper', []])
    expect(pod.spec.initContainers.map(({ name }) => name)).toContain('before')
    expect(named('Deployment', `pma-protectmyapi-${component}`)).toMatchObject({
      metadata: { annotations: { 'reloader.stakater.com/auto': 'true' } },
      spec: {
        minReadySeconds: 5,
        progressDeadlineSeconds: 900,
        revisionHistoryLimit: 2,
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
      },
    })
    expect(named('ServiceAccount', component)?.metadata).toMatchObject({
      annotations: { 'example.com/identity': 'x' },
      labels: { 'example.com/use': 'true' },
    })
  })

  it.each(JOBS)(
    'give the pod of the Job %s its nodes, and the annotation that keeps a sidecar out of it',
    (component) => {
      const pod = podOf(rendered, component)
      expect(annotationsOf(pod)).toEqual({ 'sidecar.istio.io/inject': 'false' })
      expect(pod.labels).toMatchObject({ 'example.com/job': 'x' })
      expect(pod.spec).toMatchObject({
        priorityClassName: 'low',
        schedulerName: 'packing',
        runtimeClassName: 'gvisor',
        nodeSelector: { pool: 'keys' },
        tolerations: [{ key: 'keys', operator: 'Exists' }],
        affinity: { nodeAffinity: {} },
        hostAliases: [{ ip: '10.0.0.8', hostnames: ['postgres.internal'] }],
        dnsPolicy: 'None',
        dnsConfig: { nameservers: ['10.0.0.2'] },
      })
    },
  )

  it('set how the vault scales, which without them scales down by one pod in 120 s', async () => {
    expect(named('HorizontalPodAutoscaler', 'pma-protectmyapi-vault')).toMatchObject({
      spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 3_600 } } },
    })
    const { objects } = await render('aws', { vault: { autoscaling: { enabled: true } } })
    expect(
      objects.find(({ kind, metadata }) => kind === 'HorizontalPodAutoscaler' && metadata.name.endsWith('-vault')),
    ).toMatchObject({
      spec: { behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 120 }] } } },
    })
  })

  it('set the scrape class, the limits, the intervals and the relabelings of the PodMonitor', () => {
    expect(named('PodMonitor', 'pma-protectmyapi')?.spec).toMatchObject({
      scrapeClass: 'tls',
      sampleLimit: 2_000,
      podMetricsEndpoints: [
        {
          interval: '60s',
          scrapeTimeout: '20s',
          relabelings: [{ targetLabel: 'node' }],
          metricRelabelings: [{ action: 'drop' }],
        },
      ],
    })
  })

  it('let others reach a container beside the proxy, and change no other rule of a network policy', async () => {
    const policies = ({ objects }: Rendered): readonly KubeObject[] =>
      objects.filter(({ kind }) => kind === 'NetworkPolicy')
    const without = policies(await render('plain', { ...ADDED, networkPolicy: { extraIngress: { proxy: [] } } }))
    const added = policies(rendered).filter((policy) => !without.some((one) => isDeepStrictEqual(one, policy)))
    expect(added.map(({ metadata }) => metadata.name)).toEqual(['pma-protectmyapi-proxy'])
    const [{ ingress: before }, { ingress: after }] = [
      Policy.parse(without.find(({ metadata }) => metadata.name === 'pma-protectmyapi-proxy')?.spec),
      Policy.parse(added[0]?.spec),
    ]
    expect(after).toEqual([...before, SIDECAR_RULE])
  })

  it('set all fields of the proxy’s Service, and only labels and annotations of the Services within', () => {
    expect(named('Service', 'pma-protectmyapi-proxy')).toMatchObject({
      metadata: { labels: { 'example.com/service': 'x' }, annotations: { 'example.com/service': 'x' } },
      spec: {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        loadBalancerClass: 'example.com/nlb',
        loadBalancerSourceRanges: ['203.0.113.0/24'],
        ipFamilyPolicy: 'SingleStack',
        ipFamilies: ['IPv4'],
        ports: [{ name: 'http', port: 80, targetPort: 'http', nodePort: 30_080 }],
      },
    })
    for (const name of ['vault', 'directory']) {
      const service = named('Service', `pma-protectmyapi-${name}`)
      expect(service?.spec).not.toHaveProperty('type')
      expect(service?.metadata).toMatchObject({
        labels: { 'example.com/inside': 'x' },
        annotations: { 'example.com/inside': 'x' },
      })
    }
  })

  it('bring objects of the operator’s own, given as a map or as a text, with their templates filled in', () => {
    expect(named('ConfigMap', 'one')).toMatchObject({ data: { a: 'pma' } })
    expect(named('ConfigMap', 'two')?.metadata.namespace).toBe('keys')
  })

  it('give the migration Jobs other names if they change their pods, because a Job cannot change', async () => {
    const jobs = ({ objects }: Rendered) =>
      objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name)
    const before = jobs(await render('plain'))
    const after = jobs(await render('plain', { commonLabels: { team: 'keys' } }))
    expect(after.filter((name) => before.includes(name))).toEqual([])
  })
})

describe('the chart on OpenShift', () => {
  it('sets no uid and no group in any pod, so that those of the namespace apply', async () => {
    const { text } = await render('plain', { openShift: true, tls: { certManager: { delivery: 'csi' } } })
    expect(text).not.toMatch(/runAsUser|runAsGroup|fsGroup|fs-group/)
    expect(text).toContain('runAsNonRoot: true')
  })
})
