/** What happened, by the name of the event. Who did it stands beside it, so most begin with a verb. */
const EVENTS: Readonly<Record<string, string>> = {
  'access-log.exported': 'downloaded the access log',
  'app.created': 'added an app',
  'app.deleted': 'deleted an app',
  'app.replaced': 'put an app in place of what it was',
  'app.token-replaced': 'replaced the token of an app',
  'app.updated': 'changed an app',
  'attestation-credential.created': 'gave an app a credential for its attestations',
  'attestation-credential.deleted': 'deleted the credential for an app’s attestations',
  'attestation-credential.replaced': 'replaced the credential for an app’s attestations',
  'audit.exported': 'downloaded the audit trail',
  'debug-token.created': 'made a debug token',
  'debug-token.revoked': 'revoked a debug token',
  'device.registered': 'registered itself by attestation',
  'device.revoked': 'revoked a device',
  'internal-service.registered': 'registered an internal service',
  'internal-service.revoked': 'revoked an internal service',
  'invitation.accepted': 'an invitation was accepted',
  'invitation.created': 'invited somebody',
  'invitation.revoked': 'revoked an invitation',
  'link.created': 'linked an app to an API service',
  'link.deleted': 'unlinked an app from an API service',
  'member.left': 'left the organization',
  'member.removed': 'removed a member',
  'member.role-changed': 'changed a member’s role',
  'organization.created': 'made the organization',
  'organization.deleted': 'deleted the organization',
  'organization.lease-keys-ended': 'ended the lease keys',
  'organization.quotas-set': 'set the organization’s quotas',
  'organization.renamed': 'renamed the organization',
  'organization.shredded': 'destroyed the data keys of the deleted organization',
  'organization.transferred': 'made another member the owner',
  'secret.created': 'added a secret',
  'secret.creation-abandoned': 'gave up adding a secret',
  'secret.creation-repeated-differently': 'repeated adding a secret with another value',
  'secret.creation-started': 'began to add a secret',
  'secret.deleted': 'deleted a secret',
  'secret.expiry-changed': 'changed when a secret expires',
  'secret.renamed': 'renamed a secret',
  'secret.replaced': 'replaced the value of a secret',
  'secret.replacement-abandoned': 'gave up replacing the value of a secret',
  'secret.replacement-started': 'began to replace the value of a secret',
  'secrets.imported': 'imported secrets',
  'service-grants.exported': 'downloaded what internal services were granted',
  'service.created': 'added an API service',
  'service.deleted': 'deleted an API service',
  'service.replaced': 'put an API service in place of what it was',
  'service.tested': 'made a test call to an API service',
  'service.updated': 'changed an API service',
  'session.exchanged': 'got a session for a debug token',
  'session.revoked': 'revoked a session',
  'user.address-freed': 'freed the e-mail address of a member’s account',
}

/** An event that is not known here is shown by its own name. */
export function eventWords(event: string): string {
  const words = Object.hasOwn(EVENTS, event) ? EVENTS[event] : undefined
  return words ?? event
}

/** What people call the thing that was changed, where the details of the event say it. */
export function targetName(event: string, details: Readonly<Record<string, unknown>>): string | undefined {
  const { name, slug, email, to } = details
  // After a renaming, `to` is the name. Of other changes it says what became of the thing, such as a role.
  const names = event.endsWith('.renamed') ? [to, name, slug] : [name, slug, email]
  return names.find((word) => typeof word === 'string')
}
