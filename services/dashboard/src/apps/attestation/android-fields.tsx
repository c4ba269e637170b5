import { Switch, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { AttestationForm } from './attestation-form.js'
import { ListInput } from './list-input.js'
import { WayFields } from './way-fields.js'

export function AndroidFields({ form }: { readonly form: UseFormReturnType<AttestationForm> }) {
  return (
    <WayFields
      legend="Play Integrity"
      about="For Android with Google Play. Google says whether the app and its device are genuine."
      accepted={form.getInputProps('attestation.android.isOn', { type: 'checkbox' })}
      isOn={form.values.attestation.android.isOn}
    >
      <TextInput
        label="Package name"
        description="The applicationId of your build.gradle, as the Play Console shows it below the app’s name."
        placeholder="com.example.chat"
        required
        {...form.getInputProps('attestation.android.packageName')}
      />
      <ListInput
        form={form}
        path="attestation.android.certificateDigests"
        label="Certificate digests"
        description="SHA-256 of the certificates that sign the app, one per line, with or without colons. Play Console → App integrity → App signing → App signing key certificate."
        placeholder="14:6D:E9:83:…"
      />
      <Switch
        label="Require installation from Google Play"
        description="Copies that Google Play has not licensed for the person’s account are refused, such as those from other stores."
        {...form.getInputProps('attestation.android.requireStoreInstall', { type: 'checkbox' })}
      />
      <Switch
        label="Allow compromised devices"
        description="Risky: rooted phones and emulators pass, too. There others can look into the app, take its session and make it do what they want. Google still says whether the app is yours."
        {...form.getInputProps('attestation.android.allowCompromisedDevices', { type: 'checkbox' })}
      />
    </WayFields>
  )
}
