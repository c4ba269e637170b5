import type { Issued } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import type { Logger } from '@protectmyapi/service-kit/program/log'
import type { SecretStore, StoredSecret } from '../secrets/secret-store.js'
import { type Renewal, renew } from './renew.js'

export interface KeepOptions extends Renewal {
  /** The part of the names before `-authority`, `-vault-tls`, … */
  readonly prefix: string
}

/** The authorities and their keys, in the one Secret that no pod mounts, as concatenated PEM blocks. */
const AUTHORITY_KEYS = { certificates: 'certificates.pem', privateKeys: 'private-keys.pem' } as const

/** The command `certificates`: renews what is due. It can be repeated, and interrupted at any point. */
export async function keepCertificates(secrets: SecretStore, options: KeepOptions, log: Logger): Promise<void> {
  const { prefix } = options
  const authority = await secrets.read(`${prefix}-authority`)
  const stored = new Map<string, StoredSecret>()
  for (const name of options.services.keys()) stored.set(name, await secrets.read(`${prefix}-${name}-tls`))
  const { authorities, leaves, made } = await renew(
    { authorities: authoritiesIn(authority), leaves: new Map([...stored].flatMap(([name, one]) => leafIn(name, one))) },
    options,
  )
  // Written first: an authority must be stored before anything that it has signed.
  const bundle = authorities.map(({ certPem }) => certPem).join('')
  const privateKeys = authorities.map(({ keyPem }) => keyPem).join('')
  const kept = { [AUTHORITY_KEYS.certificates]: bundle, [AUTHORITY_KEYS.privateKeys]: privateKeys }
  await writeIfOther(secrets, `${prefix}-authority`, authority, kept)
  for (const [name, one] of stored) {
    const leaf = leaves.get(name)
    if (leaf === undefined) throw new Error(`nothing was issued for ${name}`)
    const files = { 'tls.crt': leaf.certPem, 'tls.key': leaf.keyPem, 'ca.crt': bundle }
    await writeIfOther(secrets, `${prefix}-${name}-tls`, one, files)
  }
  log.info({ made }, made.length === 0 ? 'certificates are good' : 'certificates were made')
}

async function writeIfOther(
  secrets: SecretStore,
  name: string,
  { data, version }: StoredSecret,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  const entries = new Map(Object.entries(wanted))
  if ([...entries].some(([key, text]) => data.get(key) !== text)) await secrets.write(name, entries, version)
}

function authoritiesIn({ data }: StoredSecret): readonly Issued[] {
  const privateKeys = blocksOf(data.get(AUTHORITY_KEYS.privateKeys))
  return blocksOf(data.get(AUTHORITY_KEYS.certificates)).flatMap((certPem, index) => {
    const keyPem = privateKeys[index]
    return keyPem === undefined ? [] : [{ certPem, keyPem }]
  })
}

function leafIn(name: string, { data }: StoredSecret): readonly (readonly [string, Issued])[] {
  const [certPem, keyPem] = [data.get('tls.crt'), data.get('tls.key')]
  return certPem === undefined || keyPem === undefined ? [] : [[name, { certPem, keyPem }]]
}

function blocksOf(pem = ''): readonly string[] {
  return pem.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----\n/g) ?? []
}
