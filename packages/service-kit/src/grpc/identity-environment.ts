import { EnvironmentError, type ReadFile, readParts, readSecretFile, Text } from '../program/config.js'
import type { TlsFiles } from './tls-material.js'

/** The identity of a service towards the others, and the CA that it trusts. */
export const identityEnvironment = {
  PMA_TLS_CERT_FILE: Text.describe('certificate of this service, PEM (mutual TLS)'),
  PMA_TLS_KEY_FILE: Text.describe('its key, PEM'),
  PMA_TLS_CA_FILE: Text.describe('CA that issues the certificates of the other services, PEM'),
  PMA_TRUST_DOMAIN: Text.default('protectmyapi.local').describe('SPIFFE trust domain'),
  PMA_NAMESPACE: Text.default('protectmyapi').describe('namespace in SPIFFE ids'),
}

type Given = Readonly<Record<'PMA_TLS_CERT_FILE' | 'PMA_TLS_KEY_FILE' | 'PMA_TLS_CA_FILE', string>>

/**
 * Returns paths only; whoever watches the files reads them. A process that only waits for a schema has the same
 * environment, but none of these files.
 */
export function tlsFilesOf(given: Given): TlsFiles {
  return { certFile: given.PMA_TLS_CERT_FILE, keyFile: given.PMA_TLS_KEY_FILE, caFile: given.PMA_TLS_CA_FILE }
}

type Pair = Pick<TlsFiles, 'certFile' | 'keyFile'>

/**
 * The certificate and key that a service shows to clients without a certificate. Null if neither is given.
 *
 * @param prefix of the variables `…_CERT_FILE` and `…_KEY_FILE`.
 * @throws EnvironmentError if one is missing or cannot be read.
 */
export function servedPairOf(
  prefix: string,
  { certFile, keyFile }: { readonly [Name in keyof Pair]: string | undefined },
  readFile: ReadFile,
): Pair | null {
  const [cert, key] = [`${prefix}_CERT_FILE`, `${prefix}_KEY_FILE`]
  if (certFile === undefined && keyFile === undefined) return null
  if (certFile === undefined || keyFile === undefined)
    throw new EnvironmentError([`${cert} and ${key} must be set together`])
  readParts({
    cert: () => readSecretFile(cert, certFile, readFile),
    key: () => readSecretFile(key, keyFile, readFile),
  })
  return { certFile, keyFile }
}
