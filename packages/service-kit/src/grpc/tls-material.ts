import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { EnvironmentError } from '../program/config.js'
import type { Logger } from '../program/log.js'

/** Where a service finds its certificate (PEM, leaf first), its key (PEM), and the CA that it trusts its peers by. */
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

/** Material that follows its files. */
export interface WatchedMaterial {
  current(): TlsMaterial
  /** Called with each new material; the returned function ends that. */
  onChange(listener: (material: TlsMaterial) => void): () => void
  stop(): void
}

/** Files are polled: inotify is blind to the symlink swap of a Kubernetes Secret on some file systems. */
const POLL_MS = 2_000

/**
 * Reads certificate, key and CA, and again whenever their bytes change. A change that cannot be read whole (a rotation
 * caught half-way) is logged, and the old material stays in use.
 *
 * @throws ConfigError at the start, naming each file that cannot be read, or that the key is not the certificate's.
 */
export async function watchMaterial(files: TlsFiles, log: Logger, pollMs = POLL_MS): Promise<WatchedMaterial> {
  let current = await firstMaterial(files)
  const listeners = new Set<(material: TlsMaterial) => void>()
  const timer = setInterval(() => void poll(), pollMs)
  timer.unref()

  async function poll(): Promise<void> {
    try {
      const next = await readMaterial(files)
      if (digest(next) === digest(current)) return
      current = next
      log.info({ certFile: files.certFile }, 'certificates were read anew')
      for (const listener of listeners) listener(next)
    } catch (err) {
      log.error({ err, certFile: files.certFile }, 'certificates cannot be read: the old ones stay in use')
    }
  }

  return {
    current: () => current,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: () => clearInterval(timer),
  }
}

async function firstMaterial(files: TlsFiles): Promise<TlsMaterial> {
  const names = [...new Set([files.certFile, files.keyFile, files.caFile])]
  const read = await Promise.allSettled(names.map((name) => readFile(name)))
  const unreadable = read.flatMap((one, at) =>
    one.status === 'rejected' ? [`cannot read ${names[at]}: ${reasonOf(one.reason)}`] : [],
  )
  if (unreadable.length > 0) throw new EnvironmentError(unreadable)
  return readMaterial(files).catch((cause: unknown) => {
    const all = `${files.certFile}, ${files.keyFile}, ${files.caFile}`
    throw new EnvironmentError([`${all}: no certificate, key and CA: ${reasonOf(cause)}`])
  })
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

async function readMaterial({ certFile, keyFile, caFile }: TlsFiles): Promise<TlsMaterial> {
  const [cert, key, ca] = await Promise.all([readFile(certFile), readFile(keyFile), readFile(caFile)])
  // Throws where the key is not the certificate's: the files of a rotation are not written at one moment.
  createSecureContext({ cert, key, ca })
  return { cert, key, ca }
}

function digest({ cert, key, ca }: TlsMaterial): string {
  return createHash('sha256').update(cert).update(key).update(ca).digest('hex')
}
