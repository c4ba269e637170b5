import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { EnvironmentError } from '../program/config.js'
import type { Logger } from '../program/log.js'

/** Paths of a service's certificate (PEM, leaf first), its key (PEM), and the CA by which it verifies its peers. */
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

/** TLS material that follows its files. */
export interface WatchedMaterial {
  current(): TlsMaterial
  /** Calls the listener with each new material; the returned function unsubscribes. */
  onChange(listener: (material: TlsMaterial) => void): () => void
  stop(): void
}

/** Files are polled, because on some file systems inotify does not see the symlink swap of a Kubernetes Secret. */
const POLL_MS = 2_000

/**
 * Reads certificate, key and CA, and reads them again whenever their bytes change. A change that is incomplete, such as
 * a rotation caught half-way, is logged, and the old material stays in use.
 *
 * @throws ConfigError at the start, naming each file that cannot be read, or saying that the key does not belong to the
 * certificate.
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
      log.info({ certFile: files.certFile }, 'certificates were reloaded')
      for (const listener of listeners) listener(next)
    } catch (err) {
      log.error({ err, certFile: files.certFile }, 'certificates cannot be read: the previous ones stay in use')
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
  // Throws if the key does not belong to the certificate: a rotation does not write all files at the same moment.
  createSecureContext({ cert, key, ca })
  return { cert, key, ca }
}

function digest({ cert, key, ca }: TlsMaterial): string {
  return createHash('sha256').update(cert).update(key).update(ca).digest('hex')
}
