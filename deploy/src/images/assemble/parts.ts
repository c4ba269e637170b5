/** What an image holds of the tree: workspaces by folder, and of each the folders below it; the compiled ones as a rule. */
export interface Part {
  readonly workspaces: Readonly<Record<string, readonly string[]>>
  /** Without optional packages: a Postgres of the launcher's is one. Of a service they are native code that it needs. */
  readonly omitOptional?: true
}

const SERVICE_NEEDS = {
  'packages/service-kit': ['dist'],
  // Contracts are read when a program starts.
  protos: ['dist', 'protectmyapi'],
} as const

export const PARTS: Readonly<Record<string, Part>> = {
  vault: { workspaces: { 'services/vault': ['dist'], ...SERVICE_NEEDS } },
  management: { workspaces: { 'services/management': ['dist'], ...SERVICE_NEEDS } },
  proxy: { workspaces: { 'services/proxy': ['dist'], ...SERVICE_NEEDS } },
  installer: {
    omitOptional: true,
    workspaces: {
      deploy: ['dist/installer', 'dist/system', 'dist/demo'],
      'packages/dev-kit': ['dist'],
      'packages/service-kit': ['dist'],
    },
  },
}
