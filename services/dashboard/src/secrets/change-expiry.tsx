import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Secret } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { inForceWords } from '../kit/in-force.js'
import { enteredMoment, momentOf } from '../kit/local-moment.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { useOrganization } from '../organization/organization-queries.js'
import { ExpiryField } from './expiry-field.js'

interface ChangeExpiryProps {
  readonly secret: Secret
  readonly onClose: () => void
}

export function ChangeExpiry({ secret, onClose }: ChangeExpiryProps) {
  const { org } = useOrganization()
  const form = useForm({ initialValues: { expiresAt: enteredMoment(secret.expiresAt) } })
  const change = useMutation({
    mutationFn: ({ expiresAt }: { expiresAt: string }) =>
      answerOf(
        api.PUT('/orgs/{org}/secrets/{secret}/expiry', {
          params: { path: { org, secret: secret.id } },
          body: { expiresAt: momentOf(expiresAt) },
        }),
      ),
    onSuccess: ({ inForce }) => {
      notifications.show({ title: 'The expiry is changed', message: inForceWords(inForce, 'the previous one') })
      onClose()
    },
  })
  useRefusedFields(form, change.error)
  return (
    <FormDialog
      title={`Expiry of ${secret.name}`}
      action="Save"
      isPending={change.isPending}
      problem={change.error}
      onSubmit={form.onSubmit((values) => change.mutate(values))}
      onClose={onClose}
    >
      <ExpiryField data-autofocus {...form.getInputProps('expiresAt')} />
    </FormDialog>
  )
}
