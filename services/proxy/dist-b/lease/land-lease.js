import { FAULTS, Fault } from '@protectmyapi/service-kit/faults'
import { SecretText } from '@protectmyapi/service-kit/secret-text'
/**
 * One lease out of an answer, as it may be held.
 *
 * @throws Fault of this secret alone, naming it; INTERNAL where the answer leaves it out.
 */
export function landLease(route, granted, begun, answers) {
  const { secretId, versionId, generation } = granted
  const answer = answers.find((one) => one.versionId === versionId)
  if (!answer) throw new Fault('INTERNAL', `no answer for ${secretId} ${versionId}`)
  if ('fault' in answer) throw ofSecret(answer.fault, granted, 'the vault refused it')
  const { lease } = answer
  const bytes = lease.value.reveal().length
  const value = textOf(lease.value)
  // LABEL: the generation is the grant's, and the vault's must be the same: else a row was rolled back.
  if (value === undefined || lease.secretId !== secretId || lease.generation !== generation) {
    throw ofSecret('SECRET_DECRYPTION_FAILED', granted, 'the lease is not the version that the grant names')
  }
  const labels = [{ kind: 'FEED_KIND_SECRET', id: secretId, generation }]
  // CAP: never past the grant that it was taken against.
  const notAfter = Math.min(lease.notAfter, route.notAfter)
  return {
    ...begun,
    labels,
    notAfter,
    bytes,
    secret: { secretId, versionId, value, bindings: lease.bindings, labels, notAfter },
  }
}
/** Wipes the bytes, whatever comes of them. Undefined where they are no UTF-8: a header cannot hold what is no text. */
function textOf(bytes) {
  try {
    return new SecretText(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.reveal()))
  } catch {
    return undefined
  } finally {
    bytes.wipe()
  }
}
function ofSecret(code, { secretId, versionId, name }, detail) {
  return new Fault(code, `${secretId} ${versionId}: ${detail}`, { say: `${FAULTS[code].say} Secret: ${name}.` })
}
//# sourceMappingURL=land-lease.js.map
