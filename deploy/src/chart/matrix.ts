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

/** What the chart is rendered with, beside its examples as they are. */
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
        otlp: { endpoint: 'https://otlp.example.com', samplingRatio: 1, metrics: true },
      },
      networkPolicy: {
        metricsFrom: [{ podSelector: { matchLabels: { app: 'prometheus' } } }],
        otlpTo: [{ ipBlock: { cidr: '203.0.113.0/24' } }],
      },
    },
  ],
  ['no telemetry', 'plain', { telemetry: OFF }],
  ['names of its own', 'plain', { fullnameOverride: 'keys', nameOverride: 'k' }],
]
