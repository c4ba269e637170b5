import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ProblemAlert } from '../kit/problem-alert.js'
import { FrontPage } from './front-page.js'
import { signIn } from './sign-in.js'
import { meOptions } from './who-is-signed-in.js'

export function SignInPage() {
  const { next = '/' } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const client = useQueryClient()
  const form = useForm({ initialValues: { email: '', password: '' } })
  const enter = useMutation({
    mutationFn: signIn,
    onSuccess: async ({ user }) => {
      // What somebody else has seen in this browser.
      client.clear()
      client.setQueryData(meOptions.queryKey, user)
      await navigate({ href: next, replace: true })
    },
    onError: () => form.setFieldValue('password', ''),
  })
  return (
    <FrontPage title="Sign in">
      <form onSubmit={form.onSubmit((values) => enter.mutate(values))}>
        <Stack>
          <TextInput label="E-mail" type="email" autoComplete="username" required {...form.getInputProps('email')} />
          <PasswordInput
            label="Password"
            autoComplete="current-password"
            required
            {...form.getInputProps('password')}
          />
          <ProblemAlert problem={enter.error} />
          <Button type="submit" loading={enter.isPending}>
            Sign in
          </Button>
        </Stack>
      </form>
      <Text size="sm">
        Invited? <Anchor renderRoot={(props) => <Link to="/join" {...props} />}>Accept an invitation</Anchor>. A new
        installation? <Anchor renderRoot={(props) => <Link to="/set-up" {...props} />}>Set it up</Anchor>.
      </Text>
    </FrontPage>
  )
}
