import { Modal, NumberInput, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { App } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { ShownOnce } from '../kit/shown-once.js'
import { useOrganization } from '../organization/organization-queries.js'
import { appsKey } from './app-queries.js'

interface MakeDebugTokenProps {
  readonly app: App
  readonly onClose: () => void
}

/** Asks for a name and hours, then shows the token, once. */
export function MakeDebugToken({ app, onClose }: MakeDebugTokenProps) {
  const { org } = useOrganization()
  const client = useQueryClient()
  const form = useForm<{ name: string; expiresInHours: number | string }>({
    initialValues: { name: '', expiresInHours: 24 },
  })
  const make = useMutation({
    mutationFn: ({ name, expiresInHours }: typeof form.values) =>
      answerOf(
        api.POST('/orgs/{org}/apps/{app}/debug-tokens', {
          params: { path: { org, app: app.id } },
          body: { name, expiresInHours: Number(expiresInHours) },
        }),
      ),
    // The answer has the token, and must not outlive the dialog.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: appsKey(org) }),
  })
  useRefusedFields(form, make.error)
  if (make.data) {
    return (
      // Only "Done" closes it: the token cannot be shown again.
      <Modal
        opened
        onClose={onClose}
        title={`The debug token ${make.data.name}`}
        closeOnClickOutside={false}
        closeOnEscape={false}
        withCloseButton={false}
      >
        <ShownOnce what="debug token" value={make.data.token} onDone={onClose} />
      </Modal>
    )
  }
  return (
    <FormDialog
      title="Make a debug token"
      action="Make"
      isPending={make.isPending}
      problem={make.error}
      onSubmit={form.onSubmit((values) => make.mutate(values))}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Whose phone or build it is for."
        placeholder="Ana’s simulator"
        data-autofocus
        required
        {...form.getInputProps('name')}
      />
      <NumberInput
        label="Hours"
        description="It ends after so many hours: 720 at most, which are 30 days."
        allowDecimal={false}
        allowNegative={false}
        required
        {...form.getInputProps('expiresInHours')}
      />
    </FormDialog>
  )
}
