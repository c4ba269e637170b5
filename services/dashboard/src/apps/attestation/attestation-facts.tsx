import { Code, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import type { App } from '../../api/types.js'
import { Fact } from '../../kit/fact.js'

/** Which proofs are accepted, for those who may not change it. */
export function AttestationFacts({ app }: { readonly app: App }) {
  const { apple, android, firebase } = app.attestation
  return (
    <Stack maw={900}>
      <Title order={2} size="h5">
        App Attest
      </Title>
      {apple === null ? (
        <Off />
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Fact name="Team ID">
            <Code>{apple.teamId}</Code>
          </Fact>
          <Fact name="Bundle IDs">
            <Values of={apple.bundleIds} />
          </Fact>
          <Fact name="Development builds">{apple.allowDevelopment ? 'Allowed.' : 'Refused.'}</Fact>
        </SimpleGrid>
      )}
      <Title order={2} size="h5">
        Play Integrity
      </Title>
      {android === null ? (
        <Off />
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Fact name="Package name">
            <Code>{android.packageName}</Code>
          </Fact>
          <Fact name="Certificate digests">
            <Values of={android.certificateDigests} />
          </Fact>
          <Fact name="Installation from Google Play">
            {android.requireStoreInstall ? 'Required.' : 'Not required.'}
          </Fact>
          <Fact name="Compromised devices">{android.allowCompromisedDevices ? 'Allowed.' : 'Refused.'}</Fact>
        </SimpleGrid>
      )}
      <Title order={2} size="h5">
        Firebase App Check
      </Title>
      {firebase === null ? (
        <Off />
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Fact name="Project number">
            <Code>{firebase.projectNumber}</Code>
          </Fact>
          <Fact name="App IDs">
            <Values of={firebase.appIds} />
          </Fact>
        </SimpleGrid>
      )}
    </Stack>
  )
}

function Off() {
  return (
    <Text size="sm" c="dimmed">
      Not accepted.
    </Text>
  )
}

function Values({ of }: { readonly of: readonly string[] }) {
  return of.map((value) => (
    <div key={value}>
      <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
    </div>
  ))
}
