import { Button, PasswordInput, Stack, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import { ProblemAlert } from '../kit/problem-alert.js'
import { useRefusedFields } from '../kit/refused-fields.js'

export function PasswordForm() {
  const form = useForm({ initialValues: { current: '', next: '' } })
  const change = useMutation({
    mutationFn: (body: typeof form.values) => answerOf(api.PUT('/auth/password', { body })),
    onSuccess: () => {
      notifications.show({ title: 'The password is changed', message: 'All your other sign-ins have ended.' })
      form.reset()
      change.reset()
    },
  })
  useRefusedFields(form, change.error)
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        Password
      </Title>
      <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
        <Stack maw={420}>
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            {...form.getInputProps('current')}
          />
          <PasswordInput
            label="New password"
            description="At least 12 characters. All your other sign-ins end; personal access tokens go on working."
            autoComplete="new-password"
            required
            {...form.getInputProps('next')}
          />
          <ProblemAlert problem={change.error} />
          <Button type="submit" variant="default" loading={change.isPending}>
            Change password
          </Button>
        </Stack>
      </form>
    </section>
  )
}
