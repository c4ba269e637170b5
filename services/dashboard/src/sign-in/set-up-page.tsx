import { Anchor, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { answerOf, api } from '../api/client.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { FrontPage } from './front-page.js'
import { signIn } from './sign-in.js'

/** The first start of an installation: makes its first owner. */
export function SetUpPage() {
  const navigate = useNavigate()
  const form = useForm({ initialValues: { token: '', name: '', email: '', password: '', organization: '' } })
  const setUp = useMutation({
    mutationFn: async (body: typeof form.values) => {
      await answerOf(api.POST('/setup', { body }))
      await signIn(body)
    },
    onSuccess: () => navigate({ to: '/', replace: true }),
  })
  useRefusedFields(form, setUp.error)
  return (
    <FrontPage
      title="Set up"
      about="Works once, on a new installation. Management prints the set-up token in its log when it starts, unless its operator has chosen one (PMA_SETUP_TOKEN_FILE)."
    >
      <form onSubmit={form.onSubmit((values) => setUp.mutate(values))} autoComplete="off">
        <Stack>
          <PasswordInput label="Set-up token" required {...form.getInputProps('token')} />
          <TextInput
            label="Organization"
            description="Such as your company."
            required
            {...form.getInputProps('organization')}
          />
          <TextInput label="Your name" autoComplete="name" required {...form.getInputProps('name')} />
          <TextInput label="E-mail" type="email" autoComplete="username" required {...form.getInputProps('email')} />
          <PasswordInput
            label="Password"
            description="At least 12 characters."
            autoComplete="new-password"
            required
            {...form.getInputProps('password')}
          />
          <ProblemAlert problem={setUp.error} />
          <Button type="submit" loading={setUp.isPending}>
            Set up and sign in
          </Button>
        </Stack>
      </form>
      <Text size="sm">
        If there is an owner already, <Anchor renderRoot={(props) => <Link to="/sign-in" {...props} />}>sign in</Anchor>
        .
      </Text>
    </FrontPage>
  )
}
