/** The house's arrows. A rule names what it keeps, and why. */
module.exports = {
  forbidden: [
    {
      name: 'no-service-imports-another',
      comment: 'Services meet on the wire alone: each is deployed by itself.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/([^/]+)/', pathNot: '^services/$1/' },
    },
    {
      name: 'service-kit-stands-alone',
      comment: 'What services are built with knows none of them, nor their contracts.',
      severity: 'error',
      from: { path: '^packages/service-kit/' },
      to: { path: '^(services|protos|deploy|packages/dev-kit)/' },
    },
    {
      name: 'vault-client-stands-alone',
      comment:
        'It is published: whoever installs it gets nothing else of ours, and neither Postgres nor Redis clients.',
      severity: 'error',
      from: { path: '^packages/vault-client/', pathNot: '(\\.test\\.ts$|/test/)' },
      to: { path: '^(services|protos|deploy|packages/(service-kit|dev-kit))/' },
    },
    {
      name: 'pure-middle',
      comment:
        'Envelope, access rules, aim and injection are pure: no adapter, no I/O, so that they can be tested to the bone.',
      severity: 'error',
      from: {
        path: '^services/(vault/src/envelope|management/src/access|proxy/src/(aim|inject))/',
        pathNot: '\\.test\\.ts$',
      },
      to: {
        path: '(^services/[^/]+/src/(db|rpc|http|directory|server|dial|forward|keys|leases|versions|feed)/|^protos/|node_modules/(knex|pg|@grpc|express|undici|@aws-sdk)/|^(node:)?(fs|net|http|https|tls|dns|child_process)(/|$))',
      },
    },
    {
      name: 'production-code-without-the-dev-kit',
      comment:
        'What issues certificates and starts databases never reaches the image of a service; the installer’s holds it, for its certificates.',
      severity: 'error',
      from: { path: '^(services|packages/service-kit|protos)/', pathNot: '(\\.test\\.ts$|/test/)' },
      to: { path: '^(packages/dev-kit|deploy)/' },
    },
    {
      name: 'no-test-in-production-code',
      comment: 'Fakes and tests are imported by tests alone.',
      severity: 'error',
      from: { pathNot: '(\\.test\\.ts$|/test/|\\.contract\\.ts$)' },
      to: { path: '(\\.test\\.ts$|/test/|\\.contract\\.ts$)', pathNot: 'node_modules' },
    },
    {
      name: 'one-way-out',
      comment:
        'What can open a connection is imported where it is named here: the dialler and its pools towards places that users name, and one client each for gRPC, Postgres, Redis, KMS, a collector of telemetry and the services of Google that judge attestations. What may be taken from node:net, node:tls and node:http is in biome.json.',
      severity: 'error',
      from: {
        path: '^(services|packages/service-kit)/',
        pathNot: [
          '\\.test\\.ts$',
          '/test/',
          '^services/proxy/src/dial/(dialler|pools|resolve-name)\\.ts$',
          '^services/management/src/feed/listen-for-changes\\.ts$',
          '^services/management/src/attestation/google-client\\.ts$',
          '^services/vault/src/keys/aws-kms\\.ts$',
          '^packages/service-kit/src/(grpc/(grpc-(client|fault|server)|refuse-early)|postgres/postgres(-password)?|redis/redis)\\.ts$',
          '^packages/service-kit/src/telemetry/exporters\\.ts$',
          // Looks whether an inspector is open, to refuse to run beside one.
          '^packages/service-kit/src/program/harden-process\\.ts$',
        ],
      },
      to: {
        path: '(^|node_modules/)(undici|@grpc/grpc-js|pg|knex|ioredis|@aws-sdk|@opentelemetry/exporter-[a-z-]*otlp[a-z-]*|axios|got|node-fetch|ws)(/|$)|^(node:)?(http2|dgram|dns|dns/promises|child_process|inspector)$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-circles',
      comment: 'A circle of imports is one room with a wall in it.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: ['node_modules', 'dist'] },
    exclude: { path: ['/dist/', '/[.]types/', 'generated'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.json', '.cjs', '.css'],
    },
  },
}
