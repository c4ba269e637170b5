export const EXAMPLES = ['development', 'plain', 'aws'] as const
export type Example = (typeof EXAMPLES)[number]

/** A part of values.yaml. */
export type Values = Readonly<Record<string, unknown>>

const OFF = {
  metrics: { enabled: false },
  podMonitor: { enabled: false },
  alerts: { enabled: false },
  dashboard: { enabled: false },
  otlp: { endpoint: '' },
}

const EVERY_SERVICE = {
  rollout: {
    maxSurge: 1,
    maxUnavailable: '25%',
    minReadySeconds: 5,
    progressDeadlineSeconds: 900,
    revisionHistoryLimit: 2,
  },
  probes: { startup: { failureThreshold: 300 }, liveness: { timeoutSeconds: 5 }, readiness: { periodSeconds: 2 } },
  serviceAccount: { annotations: { 'example.com/identity': 'x' }, labels: { 'example.com/use': 'true' } },
  deploymentAnnotations: { 'reloader.stakater.com/auto': 'true' },
  podAnnotations: { 'example.com/pod': 'x' },
  podLabels: { 'example.com/pod': 'x' },
  priorityClassName: 'high',
  schedulerName: 'packing',
  runtimeClassName: 'gvisor',
  nodeSelector: { pool: 'keys' },
  tolerations: [{ key: 'keys', operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule' }],
  hostAliases: [{ ip: '10.0.0.9', hostnames: ['collector.internal'] }],
  dnsPolicy: 'None',
  dnsConfig: { nameservers: ['10.0.0.2'], searches: ['svc.cluster.local'], options: [{ name: 'ndots', value: '1' }] },
  extraEnv: { HTTPS_PROXY: 'http://egress.internal:3128' },
  extraVolumes: [{ name: 'scratch', emptyDir: { sizeLimit: '1Mi' } }],
  extraVolumeMounts: [{ name: 'scratch', mountPath: '/scratch' }],
  extraContainers: [{ name: 'shipper', image: 'registry.example.com/shipper:1' }],
  extraInitContainers: [{ name: 'before', image: 'registry.example.com/before:1' }],
} as const
const OUTSIDE = {
  type: 'LoadBalancer',
  labels: { 'example.com/service': 'x' },
  annotations: { 'example.com/service': 'x' },
  nodePort: 30_080,
  externalTrafficPolicy: 'Local',
  loadBalancerClass: 'example.com/nlb',
  loadBalancerSourceRanges: ['203.0.113.0/24'],
  ipFamilyPolicy: 'SingleStack',
  ipFamilies: ['IPv4'],
} as const

const INSIDE = { labels: { 'example.com/inside': 'x' }, annotations: { 'example.com/inside': 'x' } } as const
const SLOWLY = { scaleDown: { stabilizationWindowSeconds: 3_600 } } as const
/** Names a container beside the service's. */
export const SIDECAR_RULE = {
  from: [{ namespaceSelector: { matchLabels: { team: 'mesh' } } }],
  ports: [{ protocol: 'TCP', port: 15_090 }],
} as const

/** Everything that a platform may want of the objects beyond the defaults, each once. */
export const ADDED: Values = {
  commonLabels: { 'example.com/cost-centre': '42' },
  image: { pullSecrets: [{ name: 'registry' }] },
  vault: { ...EVERY_SERVICE, service: INSIDE, autoscaling: { enabled: true, behavior: SLOWLY } },
  management: {
    ...EVERY_SERVICE,
    directoryService: INSIDE,
    service: { ...OUTSIDE, nodePort: 30_081 },
    ingress: { labels: { a: 'b' } },
  },
  proxy: {
    ...EVERY_SERVICE,
    service: OUTSIDE,
    gateway: {
      enabled: true,
      parentRefs: [{ name: 'public' }],
      labels: { a: 'b' },
      annotations: { a: 'b' },
      filters: [{ type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } }],
    },
  },
  jobs: {
    podAnnotations: { 'sidecar.istio.io/inject': 'false' },
    podLabels: { 'example.com/job': 'x' },
    priorityClassName: 'low',
    schedulerName: 'packing',
    runtimeClassName: 'gvisor',
    nodeSelector: { pool: 'keys' },
    tolerations: [{ key: 'keys', operator: 'Exists' }],
    affinity: { nodeAffinity: {} },
    hostAliases: [{ ip: '10.0.0.8', hostnames: ['postgres.internal'] }],
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['10.0.0.2'] },
  },
  telemetry: {
    podMonitor: {
      interval: '60s',
      scrapeTimeout: '20s',
      scrapeClass: 'tls',
      sampleLimit: 2_000,
      relabelings: [{ sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'node' }],
      metricRelabelings: [{ sourceLabels: ['__name__'], regex: 'nodejs_.*', action: 'drop' }],
    },
  },
  networkPolicy: { extraIngress: { proxy: [SIDECAR_RULE] } },
  extraObjects: [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one', namespace: 'keys' },
      data: { a: '{{ .Release.Name }}' },
    },
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: two\n  namespace: {{ .Release.Namespace }}\n',
  ],
}

/** The values that the chart is rendered with, besides its examples without any. */
export const MATRIX: readonly (readonly [string, Example, Values])[] = [
  ['development', 'development', {}],
  ['plain', 'plain', {}],
  ['aws', 'aws', {}],
  ['cert-manager by CSI', 'plain', { tls: { certManager: { delivery: 'csi' } } }],
  ['SPIFFE by cert-manager', 'plain', { tls: { mode: 'spiffe' } }],
  [
    'SPIRE',
    'plain',
    {
      tls: { mode: 'spiffe', spiffe: { provider: 'spire', helperImage: 'registry.example.com/spiffe-helper:0.10.0' } },
    },
  ],
  ['no Redis', 'plain', { redis: { host: '', password: { secret: '', key: '' } } }],
  ['no network policies', 'aws', { networkPolicy: { enabled: false } }],
  [
    'Gateway API',
    'plain',
    {
      management: { ingress: { enabled: false }, gateway: { enabled: true, parentRefs: [{ name: 'private' }] } },
      proxy: { ingress: { enabled: false }, gateway: { enabled: true, parentRefs: [{ name: 'public' }] } },
    },
  ],
  [
    'TLS at the pods',
    'plain',
    { management: { tlsSecret: 'keys-example-com' }, proxy: { tlsSecret: 'proxy-example-com' } },
  ],
  ['CSI secrets', 'aws', { redis: { password: { secret: '', secretProviderClass: 'redis', key: 'password' } } }],
  [
    'everything scaled',
    'aws',
    {
      vault: { autoscaling: { enabled: true } },
      management: { autoscaling: { enabled: true } },
      proxy: {
        autoscaling: {
          enabled: true,
          metrics: [
            {
              type: 'Pods',
              pods: { metric: { name: 'in_flight' }, target: { type: 'AverageValue', averageValue: '200' } },
            },
          ],
        },
      },
    },
  ],
  [
    'a first owner and a test in production',
    'plain',
    {
      management: {
        bootstrap: {
          email: 'owner@example.com',
          organization: 'Example',
          password: { secret: 'owner', key: 'password' },
        },
      },
      test: { enabled: true, token: { secret: 'test', key: 'token' }, organization: 'org_01' },
    },
  ],
  [
    'telemetry under labels of others, a collector outside',
    'aws',
    {
      telemetry: {
        metrics: { enabled: true, port: 9500 },
        podMonitor: { enabled: true, interval: '15s', labels: { release: 'prometheus' } },
        alerts: { enabled: true, labels: { release: 'prometheus' } },
        dashboard: { enabled: true, labels: { dashboards: 'shown' }, annotations: { grafana_folder: 'Keys' } },
        otlp: {
          endpoint: 'https://otlp.example.com',
          headers: { secret: 'collector', key: 'headers' },
          samplingRatio: 1,
          metrics: true,
        },
      },
      networkPolicy: {
        metricsFrom: [{ podSelector: { matchLabels: { app: 'prometheus' } } }],
        otlpTo: [{ ipBlock: { cidr: '203.0.113.0/24' } }],
      },
    },
  ],
  ['no telemetry', 'plain', { telemetry: OFF }],
  ['everything that may be added', 'plain', ADDED],
  ['OpenShift', 'plain', { openShift: true, tls: { certManager: { delivery: 'csi' } } }],
  [
    'a master key in another’s place',
    'aws',
    {
      kms: {
        aws: {
          endpoint: 'https://kms.vpce.example.com',
          otherKeyArns: ['arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555'],
        },
      },
      proxy: { upstreamCa: { secret: 'corporate-ca', key: 'ca.pem' } },
    },
  ],
  [
    'a key file in another’s place',
    'plain',
    {
      kms: {
        file: {
          otherKeys: [
            { secret: 'before', key: 'a' },
            { secret: 'before', key: 'b' },
          ],
        },
      },
      redis: { tls: true, ca: { secret: 'redis-ca', key: 'ca.pem' } },
      management: { setupToken: { secret: 'set-up', key: 'token' } },
    },
  ],
  ['names of its own', 'plain', { fullnameOverride: 'keys', nameOverride: 'k' }],
]
