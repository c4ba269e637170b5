interface Provider {
  readonly id: string
  readonly secretName: string
}

/** The provider that recommends this name, with or without a suffix such as _PROD. */
export function providerOfName<P extends Provider>(providers: readonly P[], name: string): P | undefined {
  return providers.find(({ secretName }) => name === secretName || name.startsWith(`${secretName}_`))
}
