import { Button, Group, PasswordInput, SegmentedControl, Text, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { asProblem } from '../api/problem.js'

const NEW = 'new'
const ACCOUNT = 'account'

interface JoinAsProps {
  readonly form: UseFormReturnType<{
    readonly token: string
    readonly hasAccount: boolean
    readonly name: string
    readonly email: string
    readonly password: string
  }>
  /** An e-mail address, if somebody is signed in. */
  readonly signedInAs: string | undefined
}

/** Who joins. Nothing more is asked of a person who is signed in. */
export function JoinAs({ form, signedInAs }: JoinAsProps) {
  if (signedInAs !== undefined) return <SignedIn email={signedInAs} />
  const { hasAccount } = form.values
  return (
    <>
      <SegmentedControl
        aria-label="Who joins"
        data={[
          { value: NEW, label: 'I am new here' },
          { value: ACCOUNT, label: 'I have an account' },
        ]}
        value={hasAccount ? ACCOUNT : NEW}
        onChange={(chosen) => form.setFieldValue('hasAccount', chosen === ACCOUNT)}
      />
      {hasAccount ? (
        <TextInput label="E-mail" type="email" autoComplete="username" required {...form.getInputProps('email')} />
      ) : (
        <TextInput label="Your name" autoComplete="name" required {...form.getInputProps('name')} />
      )}
      <PasswordInput
        label={hasAccount ? 'Password' : 'Choose a password'}
        description={hasAccount ? undefined : 'At least 12 characters.'}
        autoComplete={hasAccount ? 'current-password' : 'new-password'}
        required
        {...form.getInputProps('password')}
      />
    </>
  )
}

/** An invitation is for one e-mail address. */
function SignedIn({ email }: { readonly email: string }) {
  const client = useQueryClient()
  const leave = useMutation({
    mutationFn: () => answerOf(api.POST('/auth/sign-out')),
    // Forgets what the next person must not see, and asks anew who is signed in.
    onSettled: () => client.resetQueries(),
    onError: (thrown) =>
      notifications.show({
        color: 'red',
        title: `You are still signed in as ${email}`,
        message: asProblem(thrown).message,
      }),
  })
  return (
    <Group justify="space-between">
      <Text size="sm" style={{ wordBreak: 'break-word' }}>
        You are signed in as {email}.
      </Text>
      <Button variant="subtle" size="compact-sm" loading={leave.isPending} onClick={() => leave.mutate()}>
        Not you?
      </Button>
    </Group>
  )
}
