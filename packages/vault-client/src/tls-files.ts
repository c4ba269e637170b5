import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Time } from './time.js'
import { VaultClientError } from './vault-client-error.js'

/** Paths of the certificate (PEM, leaf first), its key (PEM), and the CA that verifies vault and management. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
  readonly caFile: string
}

export interface TlsMaterial {
  readonly cert: Buffer
  readonly key: Buffer
  readonly ca: Buffer
}

/** Files are polled, because on some file systems inotify does not see the symlink swap of a Kubernetes Secret. */
const POLL_MS = 2_000

/** @throws VaultClientError TLS_FILES if a file cannot be read, or the key does not belong to the certificate. */
export async function readMaterial({ certFile, keyFile, caFile }: TlsFiles): Promise<TlsMaterial> {
  try {
    // One after the other: of several files that cannot be read, the error names the first, and not one by chance.
    const cert = await readFile(certFile)
    const key = await readFile(keyFile)
    const ca = await readFile(caFile)
    createSecureContext({ cert, key, ca })
    return { cert, key, ca }
  } catch (cause) {
    throw new VaultClientError('TLS_FILES', { cause })
  }
}

/**
 * Reports each change of the files. A change that is incomplete, such as a rotation caught half-way, is skipped and
 * read again later. The returned function stops watching.
 */
export function followFiles(
  files: TlsFiles,
  first: TlsMaterial,
  time: Pick<Time, 'after'>,
  changed: (material: TlsMaterial) => void,
): () => void {
  let current = first
  let callOff = time.after(POLL_MS, poll)
  let isEnded = false

  function poll(): void {
    void look().finally(() => {
      if (!isEnded) callOff = time.after(POLL_MS, poll)
    })
  }

  async function look(): Promise<void> {
    const next = await readMaterial(files).catch(() => current)
    if (isEnded || isSame(next, current)) return
    current = next
    changed(next)
  }

  return () => {
    isEnded = true
    callOff()
  }
}

function isSame(one: TlsMaterial, other: TlsMaterial): boolean {
  return one.cert.equals(other.cert) && one.key.equals(other.key) && one.ca.equals(other.ca)
}
