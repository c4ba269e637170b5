import { type SecretBytes, SecretText } from '@protectmyapi/service-kit/crypto/secret-text'
import { FAULTS, Fault } from '@protectmyapi/service-kit/faults'
import type { Held } from '../freshness/held.js'
import type { Label } from '../freshness/label.js'
import type { GrantedSecret, Route } from '../routes/route.js'
import type { HeldSecret } from './lease-source.js'
import type { LeaseAnswer } from './lease-upstream.js'

export interface HeldLease extends Held {
  readonly secret: HeldSecret
  readonly bytes: number
}

/**
 * Takes one lease out of an answer, in the form in which it may be held.
 *
 * @throws Fault of this secret alone, naming it; INTERNAL where the answer leaves it out.
 */
export function landLease(
  route: Route,
  granted: GrantedSecret,
  begun: Pick<Held, 'askedAt' | 'epoch'>,
  answers: readonly LeaseAnswer[],
): HeldLease {
  const { secretId, versionId, generation } = granted
  const answer = answers.find((one) => one.versionId === versionId)
  if (!answer) throw new Fault('INTERNAL', `no answer for ${secretId} ${versionId}`)
  if ('fault' in answer) throw ofSecret(answer.fault, granted, 'the vault refused it')
  const { lease } = answer
  const bytes = lease.value.reveal().length
  const value = textOf(lease.value)
  // LABEL: the generation is the grant's, and the vault's must be the same. If it differs, a row was rolled back.
  if (value === undefined || lease.secretId !== secretId || lease.generation !== generation) {
    throw ofSecret('SECRET_DECRYPTION_FAILED', granted, 'the lease is not the version that the grant names')
  }
  const labels: readonly Label[] = [
    { kind: 'FEED_KIND_SECRET', id: secretId, generation },
    // EVICT: the lease may have been shared under a lease key. If that key is known to others, they may have sealed it.
    ...route.labels.filter(({ kind }) => kind === 'FEED_KIND_LEASE_KEYS'),
  ]
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

/** Wipes the bytes in any case. Undefined where they are not UTF-8, because a header holds only text. */
function textOf(bytes: SecretBytes): SecretText | undefined {
  try {
    return new SecretText(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.reveal()))
  } catch {
    return undefined
  } finally {
    bytes.wipe()
  }
}

function ofSecret(code: Fault['code'], { secretId, versionId, name }: GrantedSecret, detail: string): Fault {
  return new Fault(code, `${secretId} ${versionId}: ${detail}`, { say: `${FAULTS[code].say} Secret: ${name}.` })
}
