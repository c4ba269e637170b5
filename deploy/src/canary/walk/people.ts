import { z } from 'zod'
import type { Wanted } from '../search/searcher.js'
import { misplaced } from './misplaced.js'
import { inLanes, type Planted, type Stage } from './stage.js'

const Anything = z.unknown()

/**
 * What people and automation do with values: put, replace, import, test, delete, and everything that is refused on the
 * way.
 */
export async function walkPeople(stage: Stage, others: readonly Wanted[]): Promise<void> {
  await inLanes(stage.planted, async (planted) => {
    await badBodies(stage, planted)
    await testCalls(stage, planted)
  })
  await inLanes(stage.planted, (planted, index) => replace(stage, planted, others[index]?.value ?? planted.value))
  await importFile(stage, others)
  await readAll(stage)
}

/** Sends each value in a wrong place. The first request repeats the creation of the secret; all others are refused. */
async function badBodies({ management, org }: Stage, { value, secretId, secretName, slug }: Planted): Promise<void> {
  const { ask } = management
  const secrets = `${org}/secrets`
  const bindings = { origins: ['https://api.example.com'], placements: [{ kind: 'header', name: 'authorization' }] }
  const encoded = encodeURIComponent(value)
  // A value that could be an id would be looked up, and would then be in the statement, which Postgres may be set to
  // log.
  const notAnId = `${encoded}%20`
  const wrong = misplaced(value)
  const json = JSON.stringify(wrong)
  await ask('POST', secrets, { name: secretName, value, bindings })
  await ask('POST', secrets, { name: `${value} `, value, bindings })
  await ask('POST', secrets, { name: 'X', value: [value], bindings })
  await ask('POST', secrets, { name: 'X', value, bindings: { ...bindings, origins: [`https://${encoded}@x/`] } })
  await ask('POST', secrets, { name: 'X', value, bindings: { ...bindings, origins: [value] } })
  await ask('POST', secrets, { name: 'X', value, bindings: { ...bindings, placements: [{ kind: value }] } })
  await ask('POST', secrets, {
    name: 'X',
    value,
    bindings: { ...bindings, placements: [{ kind: 'header', name: `${value} ` }] },
  })
  await ask('POST', secrets, { name: 'X', value, bindings, preset: value.slice(0, 64) })
  await ask('POST', secrets, { name: 'X', value, bindings, expiresAt: value })
  await ask('POST', secrets, { name: 'X', value: `${value}\n`, bindings })
  await ask('POST', secrets, { name: 'X', value, bindings, [wrong]: true })
  await ask('POST', secrets, `{"name":"X","value":${json}`)
  await ask('POST', secrets, `{"name":"X","value":${json},"value":${json}}`)
  await ask('POST', secrets, `{"name":"X",${json}:1,${json}:2}`)
  await ask('POST', secrets, json)
  await ask('POST', secrets, value)
  await ask('POST', secrets, value, { 'content-type': 'text/plain' })
  await ask('PUT', `${secrets}/${notAnId}/value`, { value, bindings })
  await ask('PUT', `${secrets}/by-name/${notAnId}`, { value, bindings })
  await ask('GET', `${secrets}?cursor=${notAnId}&${notAnId}=1`)
  await ask('GET', `${secrets}?${notAnId}=1&${notAnId}=2`)
  await ask('GET', `${secrets}/${secretId}?value=${encoded}`)
  await ask('PATCH', `${secrets}/${secretId}`, { name: `${value} ` })
  await ask('PUT', `${secrets}/${secretId}/value`, { value }, { 'if-match': '"none"' })
  await ask('PATCH', `${org}/services/${slug}`, { baseUrl: `https://x:${encoded}@api.example.com` })
  await ask('PATCH', `${org}/services/${slug}`, { auth: { type: 'bearer', secret: wrong.slice(-128) } })
  await ask('PATCH', `${org}/services/${slug}`, { auth: { type: 'custom', headers: { 'x-key': `{{${wrong}}}` } } })
  await ask('POST', '/auth/sign-in', { email: 'nobody@demo.example', password: value })
  await ask('POST', '/setup', { token: value, password: value })
}

/** The provider's answer contains the value, and management shows the answer to a person. */
async function testCalls({ management, org }: Stage, { slug, number }: Planted): Promise<void> {
  for (const manner of ['ok', 'raw', 'refused']) {
    await management.ask('POST', `${org}/services/${slug}/test-call`, { path: `/v/${number}/${manner}` })
  }
}

/**
 * Replaces the value by another one, by the secret's id or by its name, and uses it where the first was used. Deletes
 * some of the secrets.
 */
async function replace(stage: Stage, { number, secretId, secretName, slug }: Planted, value: string): Promise<void> {
  const { management, org, provider, ask, proxy, appToken } = stage
  provider.expect(number, value)
  if (number % 2 === 0) await management.ask('PUT', `${org}/secrets/${secretId}/value`, { value })
  else await management.ask('PUT', `${org}/secrets/by-name/${secretName}`, { value, externalVersion: `v${number}` })
  const headers = { authorization: `Bearer ${appToken}` }
  const send = () => ask({ method: 'GET', url: `${proxy}/v1/p/${slug}/v/${number}/ok`, headers })
  await send()
  if (number % 5 !== 0) return
  await management.ask('DELETE', `${org}/secrets/${secretId}`)
  await management.ask('DELETE', `${org}/secrets/${secretId}?force=true`)
  await send()
}

/** One line of each form that is accepted, and of each that is refused. */
async function importFile({ management, org, provider }: Stage, others: readonly Wanted[]): Promise<void> {
  const bindings = { origins: [provider.origin], placements: [{ kind: 'header', name: 'x-key' }] }
  const manners: readonly ((name: string, value: string) => string)[] = [
    (name, value) => `${name}='${value}'`,
    (name, value) => `export ${name}="${value}"`,
    (name, value) => `${name}=${value}`,
    (name, value) => `${name}="${value}`,
    (_name, value) => value,
    (_name, value) => `${misplaced(value)}=x`,
  ]
  const names = others.map((_, index) => `IMPORTED_${index}`)
  const lines = others.map(({ value }, index) => manners[index % manners.length]?.(names[index] ?? '', value) ?? '')
  const body = { text: lines.join('\n'), bindings: Object.fromEntries(names.map((name) => [name, bindings])) }
  await management.ask('POST', `${org}/secrets/import`, { ...body, dryRun: true })
  await management.ask('POST', `${org}/secrets/import`, body)
  for (const line of lines) await management.ask('POST', `${org}/secrets/import`, { text: line })
}

/** Reads everything that the API can show. */
export async function readAll({ management, org, appId, planted }: Stage): Promise<void> {
  const lists = ['secrets?limit=100', 'services?limit=100', 'apps', 'members', 'invitations', 'audit', 'access-log']
  const exports = ['audit/export', 'access-log/export', 'audit/verify', 'access-log/verify']
  const ofApp = ['links', 'sessions', 'devices', 'debug-tokens'].map((name) => `apps/${appId}/${name}`)
  for (const name of [...lists, ...exports, ...ofApp]) await management.ask('GET', `${org}/${name}`)
  for (const name of ['/auth/me', '/auth/sessions', '/auth/tokens', '/presets', '/openapi.json']) {
    await management.ask('GET', name)
  }
  await inLanes(planted, async ({ secretId, slug }) => {
    for (const name of ['', '/versions', '/usage']) await management.ask('GET', `${org}/secrets/${secretId}${name}`)
    await management.ask('GET', `${org}/services/${slug}`)
  })
  await management.make(Anything, 'GET', org)
}
