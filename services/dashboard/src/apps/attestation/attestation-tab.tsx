import type { Read } from '../../api/read.js'
import type { App } from '../../api/types.js'
import { useOrganization } from '../../organization/organization-queries.js'
import { TabHead } from '../tab-head.js'
import { AttestationFacts } from './attestation-facts.js'
import { AttestationSettings } from './attestation-settings.js'
import { PlayCredential } from './play-credential.js'
import { ProofSteps } from './proof-steps.js'

/** How copies of an app prove that they are genuine. */
export function AttestationTab({ app }: { readonly app: Read<App> }) {
  const { may } = useOrganization()
  return (
    <>
      <TabHead about="How copies of the app prove that they are genuine: who does buys sessions. What is off is not accepted." />
      {may('apps:write') ? <AttestationSettings key={app.id} app={app} /> : <AttestationFacts app={app} />}
      <PlayCredential app={app} />
      <ProofSteps />
    </>
  )
}
