import { Alert, Button, Code, Group, Loader, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, api } from '../../api/client.js'
import type { App, AttestationCredential } from '../../api/types.js'
import { Fact } from '../../kit/fact.js'
import { Moment } from '../../kit/moment.js'
import { ProblemAlert } from '../../kit/problem-alert.js'
import { useOrganization } from '../../organization/organization-queries.js'
import { TakeAway } from '../take-away.js'
import { CREDENTIAL_KINDS } from './credential-form.js'
import { credentialOptions } from './credential-queries.js'
import { preconditionFor } from './precondition-for.js'
import { PutCredential } from './put-credential.js'

/** What Play Integrity is verified with. Shown while there is one, or one is needed. */
export function PlayCredential({ app }: { readonly app: App }) {
  const { org, may } = useOrganization()
  const { data: present, error, isPending } = useQuery(credentialOptions(org, app.id))
  const [doing, setDoing] = useState<'put' | 'delete'>()
  const isNeeded = app.attestation.android !== null
  if (!isNeeded && !present) return null
  const mayWrite = may('secrets:write')
  const close = () => setDoing(undefined)
  return (
    <Paper withBorder p="md" mt="lg" maw={640} component="section">
      <Stack>
        <Title order={2} size="h5">
          Play Integrity credential
        </Title>
        {isPending ? <Loader size="sm" aria-label="Loading: Play Integrity credential" /> : null}
        <ProblemAlert problem={error} />
        {present === null ? (
          <Alert color="yellow" variant="light" title="None is stored">
            Without it no verdict of Google’s can be read, so no copy of the app can prove itself by Play Integrity.
          </Alert>
        ) : null}
        {present ? <CredentialFacts of={present} /> : null}
        {present && !isNeeded ? <Text size="sm">Play Integrity is not accepted, so it is not used.</Text> : null}
        {mayWrite && present !== undefined ? (
          <Group>
            <Button variant="default" onClick={() => setDoing('put')}>
              {present === null ? 'Store the credential' : 'Replace the credential'}
            </Button>
            {present === null ? null : (
              <Button color="red" variant="light" onClick={() => setDoing('delete')}>
                Delete the credential
              </Button>
            )}
          </Group>
        ) : null}
      </Stack>
      {doing === 'put' && present !== undefined ? <PutCredential app={app} present={present} onClose={close} /> : null}
      {doing === 'delete' && present ? (
        <TakeAway
          title="Delete the Play Integrity credential?"
          action="Delete"
          call={() =>
            answerOf(
              api.DELETE('/orgs/{org}/apps/{app}/attestation-credential', {
                params: { path: { org, app: app.id }, header: preconditionFor(present) },
              }),
            )
          }
          done={{ title: 'The credential is deleted', message: 'No verification begins with it any more.' }}
          onClose={close}
        >
          <Text>
            Copies of {app.name} buy no more sessions by Play Integrity, until another credential is stored. Sessions
            that they have end after ten minutes at most. The credential is destroyed, and cannot be brought back.
          </Text>
        </TakeAway>
      ) : null}
    </Paper>
  )
}

function CredentialFacts({ of }: { readonly of: AttestationCredential }) {
  const { label, serves } = CREDENTIAL_KINDS[of.kind]
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <Fact name="Kind">
        {label}. {serves}
      </Fact>
      {of.kind === 'response-keys' ? (
        <Fact name="SHA-256 of the verification key">
          <Code style={{ overflowWrap: 'anywhere' }}>{of.verificationKeyFingerprint}</Code>
        </Fact>
      ) : (
        <Fact name="Account">
          <Code style={{ overflowWrap: 'anywhere' }}>{of.clientEmail}</Code>
        </Fact>
      )}
      <Fact name="Stored">
        <Moment at={of.createdAt} />
      </Fact>
    </SimpleGrid>
  )
}
