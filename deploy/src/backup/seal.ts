import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { Decrypter, Encrypter } from 'age-encryption'
import type { Suffix } from './backup-files.js'

/** Seals to a recipient whose identity need not be on this machine: what makes backups cannot read them. */
export interface Sealer {
  readonly suffix: Suffix
  /** Writes `file`, and settles when it is on disk. @throws Error where the recipient is not valid. */
  seal(plain: Readable, file: string): Promise<void>
}

/** Opens what a `Sealer` has sealed. */
export interface Opener {
  /** The stream fails where the file was altered or cut, or is sealed to another recipient. */
  open(file: string): Readable
}

/** @param recipient `age1…`, or a name of a key that gpg understands: an e-mail address, a fingerprint. */
export function createSealer(recipient: string, gpgEnvironment: NodeJS.ProcessEnv): Sealer {
  return /^age1/.test(recipient) ? ageSealer(recipient) : gpgSealer(recipient, gpgEnvironment)
}

/** @param identity a file with `AGE-SECRET-KEY-1…`; gpg has its keys in its own keyring. */
export async function createOpener(
  suffix: Suffix,
  identity: string | undefined,
  gpgEnvironment: NodeJS.ProcessEnv,
): Promise<Opener> {
  if (suffix === 'gpg') return { open: (file) => Readable.from(openedByGpg(file, gpgEnvironment)) }
  if (identity === undefined) throw new Error('Give the age identity that the backup is sealed to: IDENTITY=FILE.')
  const text = await readFile(identity, 'utf8').catch(() => {
    throw new Error(`The identity ${identity} cannot be read.`)
  })
  const keys = text.split(/\s*\n\s*/).filter((line) => line.startsWith('AGE-SECRET-KEY-'))
  if (keys.length === 0) throw new Error(`${identity} does not contain an age identity, a line AGE-SECRET-KEY-1….`)
  return { open: (file) => Readable.from(openedByAge(file, keys)) }
}

function ageSealer(recipient: string): Sealer {
  const encrypter = new Encrypter()
  try {
    encrypter.addRecipient(recipient)
  } catch (cause) {
    throw new Error(`${recipient} is not an age recipient.`, { cause })
  }
  return {
    suffix: 'age',
    async seal(plain, file) {
      const sealed = await encrypter.encrypt(Readable.toWeb(plain) as globalThis.ReadableStream<Uint8Array>)
      await pipeline(
        Readable.fromWeb(sealed as ReadableStream),
        createWriteStream(file, { mode: 0o600, flags: 'wx', flush: true }),
      )
    },
  }
}

async function* openedByAge(file: string, identities: readonly string[]): AsyncGenerator<Buffer> {
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  const sealed = createReadStream(file)
  const opened = await decrypter.decrypt(Readable.toWeb(sealed) as globalThis.ReadableStream<Uint8Array>)
  for await (const chunk of Readable.fromWeb(opened as ReadableStream)) yield Buffer.from(chunk)
}

/** `--no-auto-key-locate`: a recipient that the keyring lacks is not looked up on the network. */
const GPG = ['--batch', '--quiet', '--no-tty', '--no-auto-key-locate'] as const

function gpgSealer(recipient: string, env: NodeJS.ProcessEnv): Sealer {
  return {
    suffix: 'gpg',
    async seal(plain, file) {
      // The operator has named the key, so gpg need not ask whether others vouch for it. The input is compressed
      // already.
      const how = ['--encrypt', '--trust-model', 'always', '--compress-algo', 'none', '--recipient', recipient]
      const gpg = startGpg([...how, '--output', file], 'pipe', env)
      // When gpg refuses, its own message explains more than the broken pipe.
      await Promise.all([pipeline(plain, gpg.child.stdin).catch(() => plain.destroy()), gpg.ended])
    },
  }
}

async function* openedByGpg(file: string, env: NodeJS.ProcessEnv): AsyncGenerator<Buffer> {
  const gpg = startGpg(['--decrypt', file], 'ignore', env)
  for await (const chunk of gpg.child.stdout) yield chunk
  await gpg.ended
}

function startGpg(args: readonly string[], stdin: 'pipe' | 'ignore', env: NodeJS.ProcessEnv) {
  const child = spawn('gpg', [...GPG, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  if (stdin === 'ignore') child.stdin.end()
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000)
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(GPG_MISSING, { cause })))
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`gpg: ${said.trim()}`))))
  })
  // The rejection is handled where `ended` is awaited, which may be later.
  ended.catch(() => undefined)
  return { child, ended }
}

const GPG_MISSING =
  'gpg could not be started: apt-get install gnupg (brew install gnupg). Or use an age recipient, which needs no program: ' +
  'make backup-identity IDENTITY=FILE'
