import { Checkbox, PasswordInput, Text } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Secret } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { valueGoneWords } from '../kit/in-force.js'
import { fullMoment } from '../kit/moment.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { useOrganization } from '../organization/organization-queries.js'
import { BindingsFields } from './bindings-fields.js'

interface ReplaceValueProps {
  readonly secret: Secret
  readonly onClose: () => void
}

/** The edit icon: a new value, whole. The present one cannot be shown. */
export function ReplaceValue({ secret, onClose }: ReplaceValueProps) {
  const { org } = useOrganization()
  const form = useForm({
    initialValues: { value: '', elsewhere: false, bindings: secret.bindings },
    validate: { value: isNotEmpty('Give the whole new value.') },
  })
  const replace = useMutation({
    mutationFn: ({ value, elsewhere, bindings }: typeof form.values) =>
      answerOf(
        api.PUT('/orgs/{org}/secrets/{secret}/value', {
          params: { path: { org, secret: secret.id } },
          // With its name: if somebody has renamed the secret meanwhile, the value may not be meant for it.
          body: { name: secret.name, value, ...(elsewhere ? { bindings } : {}) },
        }),
      ),
    onSuccess: ({ inForce, internalServicesUntil }) => {
      notifications.show({
        title: `${secret.name} is replaced`,
        message: valueGoneWords(inForce, 'the old value', internalServicesUntil, fullMoment),
      })
      onClose()
    },
  })
  useRefusedFields(form, replace.error)
  return (
    <FormDialog
      title={`Replace the value of ${secret.name}`}
      action="Save"
      size="lg"
      isPending={replace.isPending}
      problem={replace.error}
      onSubmit={form.onSubmit((values) => replace.mutate(values))}
      onClose={onClose}
    >
      <Text size="sm">
        The present value ({secret.mask}) cannot be shown. Once this is saved, no request uses it any more
        {secret.bindings.services.length > 0 ? ', and internal services hold it for a minute at most' : ''}: then revoke
        it at the provider.
        {secret.expiresAt === null ? '' : ' The expiry stays as it is, unless it has passed.'}
      </Text>
      <PasswordInput
        label="New value"
        description="The whole value."
        autoComplete="new-password"
        data-1p-ignore
        data-autofocus
        required
        {...form.getInputProps('value')}
      />
      <Checkbox
        label="Change where it may go"
        description={`Now: ${[...secret.bindings.origins, ...secret.bindings.services].join(', ')}`}
        {...form.getInputProps('elsewhere', { type: 'checkbox' })}
      />
      {form.values.elsewhere ? (
        <BindingsFields
          value={form.values.bindings}
          error={form.errors.bindings}
          onChange={(bindings) => form.setFieldValue('bindings', bindings)}
        />
      ) : null}
    </FormDialog>
  )
}
