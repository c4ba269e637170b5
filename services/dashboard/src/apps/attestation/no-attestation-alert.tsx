import { Alert, Anchor } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { App } from '../../api/types.js'
import { useOrganization } from '../../organization/organization-queries.js'
import { lacksAttestation } from './lacks-attestation.js'

/** On the page of an app that works in development only. Somebody may take it for ready. */
export function NoAttestationAlert({ app }: { readonly app: App }) {
  const { org, may } = useOrganization()
  if (!lacksAttestation(app)) return null
  return (
    <Alert color="yellow" variant="light" mb="lg" title="Only debug tokens buy sessions">
      The policy is Enforce and no attestation is set up, so this app works in development only.{' '}
      {may('apps:write') ? (
        <Anchor
          inherit
          renderRoot={(props) => (
            <Link to="/orgs/$org/apps/$app" params={{ org, app: app.id }} search={{ tab: 'attestation' }} {...props} />
          )}
        >
          Set up attestation
        </Anchor>
      ) : (
        'An owner or admin can set it up.'
      )}
    </Alert>
  )
}
