import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { createAuthority } from '@protectmyapi/dev-kit/certificates/certificate-authority'
import { watchMaterial } from '@protectmyapi/service-kit/grpc/tls-material'
import { ConfigError } from '@protectmyapi/service-kit/program/config'
import { createLogger } from '@protectmyapi/service-kit/program/log'

const authority = await createAuthority()
const folder = await mkdtemp(join(tmpdir(), 'pma-material-'))
afterAll(() => rm(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)
const watch = (certFile: string, keyFile: string, caFile: string) =>
  watchMaterial({ certFile: at(certFile), keyFile: at(keyFile), caFile: at(caFile) }, createLogger('test', 'silent'))

async function issue(name: string): Promise<void> {
  const { certPem, keyPem } = await authority.issue({ commonName: name, dnsNames: ['x'] })
  await Promise.all([writeFile(at(`${name}.crt`), certPem), writeFile(at(`${name}.key`), keyPem)])
}

describe('certificate, key and CA', () => {
  it('are read from their files at the start', async () => {
    await issue('one')
    await writeFile(at('ca.crt'), authority.certPem)
    const material = await watch('one.crt', 'one.key', 'ca.crt')
    expect(material.current().ca.toString()).toBe(authority.certPem)
    material.stop()
  })

  it('are refused at the start with the name of each file that cannot be read', async () => {
    const watching = watch('none.crt', 'one.key', 'none-ca.crt')
    await expect(watching).rejects.toThrow(ConfigError)
    await expect(watching).rejects.toThrow(
      new RegExp(
        `^The environment cannot be used:\n {2}cannot read ${at('none.crt')}: .*\n {2}cannot read ${at('none-ca.crt')}: .*$`,
      ),
    )
  })

  it('are refused at the start if the key does not belong to the certificate', async () => {
    await issue('other')
    await expect(watch('one.crt', 'other.key', 'ca.crt')).rejects.toThrow(
      /one\.crt.*other\.key.*no certificate, key and CA/,
    )
  })
})
