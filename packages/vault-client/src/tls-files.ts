import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Time } from './time.js'
import { VaultClientError } from './vault-client-error.js'

/** Where certificate (PEM, leaf first), key (PEM) and the CA that vault and management are trusted by are. */
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

/** Polled: inotify is blind to the symlink swap of a Kubernetes Secret on some file systems. */
const POLL_MS = 2_000

/** @throws VaultClientError TLS_FILES where a file cannot be read, or the key is not the certificate's. */
export async function readMaterial({ certFile, keyFile, caFile }: TlsFiles): Promise<TlsMaterial> {
  try {
    const [cert, key, ca] = await Promise.all([readFile(certFile), readFile(keyFile), readFile(caFile)])
    createSecureContext({ cert, key, ca })
    return { cert, key, ca }
  } catch (cause) {
    throw new VaultClientError('TLS_FILES', { cause })
  }
}

/**
 * Tells of each change of the files. One that cannot be read whole (a rotation caught half-way) is passed over, and looked
 * at again. What it answers ends it.
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
