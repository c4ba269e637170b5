import { Accordion, Code, List, Text, Title } from '@mantine/core'

/** What the app's code does. It needs no server of its own. */
export function ProofSteps() {
  return (
    <>
      <Title order={2} size="h4" mt="xl">
        How the app proves itself
      </Title>
      <Text size="sm" c="dimmed" maw={640} mb="sm">
        At its start, and before its session ends: a session lasts ten minutes at most. The addresses are your proxy’s;
        the bodies are JSON. Each proof is answered with <Body>{'{"token":"pma_ses_…","expiresAt":…,"device":…}'}</Body>
        : the token goes in place of the provider’s key.
      </Text>
      <Accordion variant="contained" maw={860}>
        <Accordion.Item value="apple">
          <Accordion.Control>iOS: App Attest</Accordion.Control>
          <Accordion.Panel>
            <List type="ordered" size="sm" spacing="xs">
              <AskForChallenge />
              <List.Item>
                At its first start: <Code>generateKey</Code> of DCAppAttestService, then <Code>attestKey</Code> with the
                SHA-256 of the challenge. Keep the key id in the keychain.{' '}
                <Call to="apple" body='{"challenge":…,"keyId":…,"attestation":…}' />
              </List.Item>
              <List.Item>
                From then on: a new challenge, and <Code>generateAssertion</Code> with that key and the SHA-256 of the
                challenge. <Call to="apple/assert" body='{"challenge":…,"keyId":…,"assertion":…}' />
              </List.Item>
            </List>
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="android">
          <Accordion.Control>Android: Play Integrity</Accordion.Control>
          <Accordion.Panel>
            <List type="ordered" size="sm" spacing="xs">
              <MakeInstallation />
              <AskForChallenge />
              <List.Item>
                Hash <Code>challenge.installation</Code>, the two with a period between: SHA-256, in base64url without
                padding. Give it to the Play Integrity API as <Code>requestHash</Code> (standard requests) or{' '}
                <Code>nonce</Code> (classic ones).
              </List.Item>
              <List.Item>
                Send Google’s token. <Call to="android" body='{"challenge":…,"installation":…,"token":…}' />
              </List.Item>
            </List>
          </Accordion.Panel>
        </Accordion.Item>
        <Accordion.Item value="firebase">
          <Accordion.Control>Flutter, React Native and others: Firebase App Check</Accordion.Control>
          <Accordion.Panel>
            <List type="ordered" size="sm" spacing="xs">
              <MakeInstallation />
              <List.Item>
                Ask Firebase App Check for a token (<Code>getToken</Code>), and send it. It needs no challenge.{' '}
                <Call to="appcheck" body='{"app":"pma_app_…","installation":…,"token":…}' />
              </List.Item>
            </List>
          </Accordion.Panel>
        </Accordion.Item>
      </Accordion>
    </>
  )
}

function AskForChallenge() {
  return (
    <List.Item>
      Ask for a challenge, which can be used once within five minutes.{' '}
      <Call to="challenge" body='{"app":"pma_app_…"}' />, answered with <Body>{'{"challenge":…,"expiresAt":…}'}</Body>.
    </List.Item>
  )
}

function MakeInstallation() {
  return (
    <List.Item>
      Once: make a random id and keep it, such as a UUID. It is the <Code>installation</Code>: 16 to 64 letters, digits,
      hyphens and underscores.
    </List.Item>
  )
}

/** `to`: below the address of all proofs. */
function Call({ to, body }: { readonly to: string; readonly body: string }) {
  return (
    <>
      <Code>POST /v1/attest/{to}</Code> with <Body>{body}</Body>
    </>
  )
}

/** JSON has no place to break a line, and a phone is narrow. */
function Body({ children }: { readonly children: string }) {
  return <Code style={{ overflowWrap: 'anywhere' }}>{children}</Code>
}
