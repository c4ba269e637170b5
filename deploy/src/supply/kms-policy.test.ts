import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'

const project = path.resolve(import.meta.dirname, '..', '..', '..')
const VAULT = path.join(project, 'services', 'vault', 'src')

/** The rights that each command of KMS needs (AWS KMS Developer Guide, "AWS KMS permissions"). */
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  DecryptCommand: ['kms:Decrypt'],
  GenerateDataKeyCommand: ['kms:GenerateDataKey'],
  ReEncryptCommand: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
}

/** Every command of KMS that services import, outside of tests. */
async function commands(): Promise<readonly string[]> {
  const services = path.join(project, 'services')
  const files = (await readdir(services, { recursive: true })).filter(
    (name) => /^[a-z]+\/src\/.*\.ts$/.test(name) && !/\.(test|contract)\.ts$/.test(name),
  )
  const texts = await Promise.all(files.map((name) => readFile(path.join(services, name), 'utf8')))
  const imports = texts.flatMap((text) => text.match(/import [^;]*?from '@aws-sdk\/client-kms'/g) ?? [])
  return [...new Set(imports.join(' ').match(/\w+Command\b/g) ?? [])].toSorted()
}

const policies = () => readFile(path.join(project, 'deploy', 'terraform', 'aws', 'policies', 'main.tf'), 'utf8')

describe('the rights to the master key that Terraform gives the vault', () => {
  it('are exactly those of the KMS commands that the code calls', async () => {
    const text = await policies()
    const allowed = ['wraps', 'unwraps'].flatMap((name) => {
      const list = new RegExp(`^  ${name}\\s*= \\[(.*)\\]$`, 'm').exec(text)?.[1] ?? ''
      return list.split(', ').map((word) => word.replaceAll('"', ''))
    })
    const called = (await commands()).flatMap((command) => RIGHTS[command] ?? [`no right is known for ${command}`])
    expect(allowed.toSorted()).toEqual(called.toSorted())
  })

  it('require an encryption context that the vault sends with its calls', async () => {
    const keyService = await readFile(path.join(VAULT, 'keys', 'key-service.ts'), 'utf8')
    const asked = [...(await policies()).matchAll(/"kms:EncryptionContext:(\w+)"\s*= (?:"([^"]+)"|var\.(\w+))/g)]
    expect(asked.map(([, name]) => name).toSorted()).toEqual(['installation', 'product', 'purpose'])
    for (const [, name, text] of asked)
      expect(keyService).toContain(text === undefined ? `    ${name}: installationId,` : `    ${name}: '${text}',`)
  })
})
