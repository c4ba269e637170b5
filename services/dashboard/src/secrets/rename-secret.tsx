import { Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { answerOf, api } from '../api/client.js'
import type { Secret } from '../api/types.js'
import { FormDialog } from '../kit/form-dialog.js'
import { useRefusedFields } from '../kit/refused-fields.js'
import { useOrganization } from '../organization/organization-queries.js'

interface RenameSecretProps {
  readonly secret: Secret
  readonly onClose: () => void
}

export function RenameSecret({ secret, onClose }: RenameSecretProps) {
  const { org } = useOrganization()
  const form = useForm({ initialValues: { name: secret.name } })
  const rename = useMutation({
    mutationFn: (body: { name: string }) =>
      answerOf(api.PATCH('/orgs/{org}/secrets/{secret}', { params: { path: { org, secret: secret.id } }, body })),
    onSuccess: ({ name }) => {
      notifications.show({ title: `${secret.name} is renamed`, message: `It is called ${name} from now on.` })
      onClose()
    },
  })
  useRefusedFields(form, rename.error)
  return (
    <FormDialog
      title={`Rename ${secret.name}`}
      action="Rename"
      isPending={rename.isPending}
      problem={rename.error}
      onSubmit={form.onSubmit((values) => rename.mutate(values))}
      onClose={onClose}
    >
      <Text size="sm">API services that use it follow. Automation that puts it by its name has to be changed.</Text>
      <TextInput label="Name" data-autofocus required {...form.getInputProps('name')} />
    </FormDialog>
  )
}
