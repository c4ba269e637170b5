import { Switch, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { AttestationForm } from './attestation-form.js'
import { ListInput } from './list-input.js'
import { WayFields } from './way-fields.js'

export function AppleFields({ form }: { readonly form: UseFormReturnType<AttestationForm> }) {
  return (
    <WayFields
      legend="App Attest"
      about="For iOS. Apple attests a key that only your app on a genuine device can use."
      accepted={form.getInputProps('attestation.apple.isOn', { type: 'checkbox' })}
      isOn={form.values.attestation.apple.isOn}
    >
      <TextInput
        label="Team ID"
        description="Ten letters and digits. Apple developer account → Membership details."
        placeholder="ABCDE12345"
        required
        {...form.getInputProps('attestation.apple.teamId')}
      />
      <ListInput
        form={form}
        path="attestation.apple.bundleIds"
        label="Bundle IDs"
        description="One per line, without wildcards. Xcode → your target → Signing & Capabilities."
        placeholder="com.example.chat"
      />
      <Switch
        label="Allow development builds"
        description="Risky: builds that Xcode puts on a phone pass, too. Whoever can sign for your team can change the app and still buy sessions. For a release, turn it off, or give development an app of its own here."
        {...form.getInputProps('attestation.apple.allowDevelopment', { type: 'checkbox' })}
      />
    </WayFields>
  )
}
