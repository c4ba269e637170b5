/**
 * What an image takes from the tree: workspaces by folder, and of each some folders below it, by default the compiled
 * ones.
 */
export interface Part {
  readonly workspaces: Readonly<Record<string, readonly string[]>>
  /** Of these, the packages are in the compiled files already: they are listed in the SBOM, and not installed. */
  readonly bundled?: readonly string[]
  /**
   * Leaves out optional packages. One of the launcher's is a Postgres; those of a service are native code that it
   * needs.
   */
  readonly omitOptional?: true
}

const SERVICE_NEEDS = {
  'packages/service-kit': ['dist'],
  // Programs read the contracts when they start.
  protos: ['dist', 'protectmyapi'],
} as const

export const PARTS: Readonly<Record<string, Part>> = {
  vault: { workspaces: { 'services/vault': ['dist'], ...SERVICE_NEEDS } },
  management: {
    workspaces: { 'services/management': ['dist'], 'services/dashboard': ['dist'], ...SERVICE_NEEDS },
    bundled: ['services/dashboard'],
  },
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
