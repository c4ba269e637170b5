import { newId } from '@protectmyapi/service-kit/ids'
import type { Route } from '../http/route.js'
import type { Person, RestHarness } from './rest-harness.js'
import { serviceAccountFile } from './service-account-file.js'

/** For each path parameter, the id of an existing thing in this organization. */
export type Things = Readonly<Record<string, string>>

/** Makes one of everything that has an id. */
export async function furnish(house: RestHarness, owner: Person, name: string): Promise<Things> {
  const org = await house.organization(owner, name)
  const make = async (path: string, body: object): Promise<string> =>
    (await owner.ask('POST', `/orgs/${org}${path}`, body).expect(201)).body.id
  const secret = await make('/secrets', { name: 'OPENAI_API_KEY', value: 'sk-matrix-0123456789' })
  const service = await make('/services', { name: 'OpenAI', slug: 'openai', preset: 'openai' })
  const app = await make('/apps', { name: 'App', slug: 'app', platform: 'ios' })
  await make('/secrets', { name: `ONLY_${name.toUpperCase()}`, value: 'sk-matrix-0123456789', preset: 'openai' })
  const debugToken = await make(`/apps/${app}/debug-tokens`, { name: 'mac', expiresInHours: 1 })
  const invitation = await make('/invitations', { email: `${name}-guest@example.com`, role: 'member' })
  await owner.ask('PUT', `/orgs/${org}/apps/${app}/links/${service}`).expect(201)
  const device = newId('device')
  await house
    .db('devices')
    .insert({ id: device, organization_id: org, app_id: app, kind: 'debug', debug_token_id: debugToken })
  const appSession = newId('session')
  const expires_at = new Date(Date.now() + 600_000)
  await house
    .db('app_sessions')
    .insert({ id: appSession, organization_id: org, app_id: app, device_id: device, expires_at })
  await owner
    .ask('PUT', `/orgs/${org}/apps/${app}/attestation-credential`, {
      kind: 'service-account',
      json: serviceAccountFile(),
    })
    .expect(201)
  const leaver = await house.person(`${name}-leaver`)
  await house.join(org, leaver, 'member')
  return {
    org,
    name: `ONLY_${name.toUpperCase()}`,
    secret,
    service,
    app,
    debugToken,
    invitation,
    device,
    appSession,
    user: leaver.id,
    session: 'ses_none',
    token: 'pat_none',
  }
}

export function pathOf(route: Route, things: Things): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = things[name]
    if (value === undefined) throw new Error(`there is no ${name}: furnish it`)
    return value
  })
}

/** Valid bodies, so that a refusal can only be due to the id. */
export const BODIES: Record<string, object> = {
  'PATCH /orgs/{org}': { name: 'Other' },
  'PATCH /orgs/{org}/members/{user}': { role: 'member' },
  'PATCH /orgs/{org}/secrets/{secret}': { name: 'OTHER_NAME' },
  'PUT /orgs/{org}/secrets/{secret}/value': { value: 'sk-matrix-9876543210' },
  'PUT /orgs/{org}/secrets/{secret}/expiry': { expiresAt: null },
  'PUT /orgs/{org}/secrets/by-name/{name}': { value: 'sk-matrix-9876543210' },
  'PATCH /orgs/{org}/services/{service}': { name: 'Other' },
  'PUT /orgs/{org}/services/{service}': { name: 'Other', baseUrl: 'https://api.example.com' },
  'POST /orgs/{org}/services/{service}/test-call': { path: '/v1/models' },
  'PATCH /orgs/{org}/apps/{app}': { name: 'Other' },
  'PUT /orgs/{org}/apps/{app}': { name: 'Other', platform: 'ios' },
  'PUT /orgs/{org}/apps/{app}/attestation-credential': { kind: 'service-account', json: serviceAccountFile() },
  'POST /orgs/{org}/apps/{app}/debug-tokens': { name: 'other', expiresInHours: 1 },
}
