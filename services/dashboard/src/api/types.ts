import type { components, paths } from '../generated/openapi.js'

type Schemas = components['schemas']

export type Organization = Schemas['Organization']
export type Permission = Organization['permissions'][number]
export type Role = Organization['role']
export type User = Schemas['User']
export type Member = Schemas['Member']
export type Invitation = Schemas['Invitation']
export type PersonalToken = Schemas['PersonalToken']
export type Secret = Schemas['Secret']
export type SecretVersion = Schemas['SecretVersion']
export type Bindings = Secret['bindings']
export type Placement = Bindings['placements'][number]
export type Service = Schemas['Service']
export type Preset = Schemas['Preset']
export type App = Schemas['App']
export type AppPatch = paths['/orgs/{org}/apps/{app}']['patch']['requestBody']['content']['application/json']
export type AttestationCredential = Schemas['AttestationCredential']
export type AttestationCredentialInput =
  paths['/orgs/{org}/apps/{app}/attestation-credential']['put']['requestBody']['content']['application/json']
export type DebugToken = Schemas['DebugToken']
export type Device = Schemas['Device']
export type AppSession = Schemas['AppSession']
export type Link = Schemas['Link']
export type AccessEntry = Schemas['AccessEntry']
export type Analytics = Schemas['Analytics']
export type Usage = Schemas['Usage']
export type UsagePoint = Schemas['UsagePoint']
export type UsageGroup = Schemas['UsageGroup']
export type UnusualPattern = Schemas['UnusualPattern']
export type AuditEntry = Schemas['AuditEntry']
export type InternalServiceGrant = Schemas['InternalServiceGrant']
/** What verifying answers, line by line. Of the audit trail and of the access log alike. */
export type VerifyLine = paths['/orgs/{org}/audit/verify']['get']['responses'][200]['content']['application/x-ndjson']
export type Progress = Extract<VerifyLine, { type: 'progress' }>
export type Verdict = Extract<VerifyLine, { type: 'verdict' }>
export type Break = Verdict['breaks'][number]
