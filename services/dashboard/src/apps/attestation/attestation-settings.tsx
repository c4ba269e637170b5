import { Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { Read } from '../../api/read.js'
import type { App } from '../../api/types.js'
import { EditActions } from '../../kit/edit-actions.js'
import { useEditedApp } from '../use-edited-app.js'
import { AndroidFields } from './android-fields.js'
import { AppleFields } from './apple-fields.js'
import { ATTESTATION } from './attestation-form.js'
import { FirebaseFields } from './firebase-fields.js'

/** Which proofs are accepted, and of which apps. */
export function AttestationSettings({ app }: { readonly app: Read<App> }) {
  const edited = useEditedApp(app, ATTESTATION, ({ name }) =>
    notifications.show({
      title: `Attestation of ${name} is saved`,
      message:
        'No session is bought under the previous settings any more. Those that were bought stay valid until they end.',
    }),
  )
  const { form, save } = edited
  return (
    <form aria-label="Attestation" onSubmit={form.onSubmit(() => save.mutate())} noValidate autoComplete="off">
      <Stack maw={640}>
        <AppleFields form={form} />
        <AndroidFields form={form} />
        <FirebaseFields form={form} />
        <EditActions action="Save attestation" edited={edited} />
      </Stack>
    </form>
  )
}
