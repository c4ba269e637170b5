import type { App } from '../../api/types.js'
import type { EditedFields } from '../../kit/edited-fields.js'
import { linesOf, textOf } from '../../kit/lines.js'

type Settings = App['attestation']

/** What is entered. The names are the API's, so that its refusals show at the fields. What is switched off stays entered. */
export type AttestationForm = {
  attestation: {
    apple: { isOn: boolean; teamId: string; bundleIds: string; allowDevelopment: boolean }
    android: {
      isOn: boolean
      packageName: string
      certificateDigests: string
      requireStoreInstall: boolean
      allowCompromisedDevices: boolean
    }
    firebase: { isOn: boolean; projectNumber: string; appIds: string }
  }
}

/** The lists as text, one per line. */
function formOf({ attestation: { apple, android, firebase } }: Pick<App, 'attestation'>): AttestationForm {
  return {
    attestation: {
      apple: {
        isOn: apple !== null,
        teamId: apple?.teamId ?? '',
        bundleIds: textOf(apple?.bundleIds ?? []),
        allowDevelopment: apple?.allowDevelopment ?? false,
      },
      android: {
        isOn: android !== null,
        packageName: android?.packageName ?? '',
        certificateDigests: textOf(android?.certificateDigests ?? []),
        requireStoreInstall: android?.requireStoreInstall ?? false,
        allowCompromisedDevices: android?.allowCompromisedDevices ?? false,
      },
      firebase: {
        isOn: firebase !== null,
        projectNumber: firebase?.projectNumber ?? '',
        appIds: textOf(firebase?.appIds ?? []),
      },
    },
  }
}

/** What is off is null: nothing is accepted by it. */
function settingsOf({ attestation: { apple, android, firebase } }: AttestationForm): Settings {
  return {
    apple: apple.isOn
      ? {
          teamId: apple.teamId.trim(),
          bundleIds: linesOf(apple.bundleIds),
          allowDevelopment: apple.allowDevelopment,
        }
      : null,
    android: android.isOn
      ? {
          packageName: android.packageName.trim(),
          certificateDigests: linesOf(android.certificateDigests),
          requireStoreInstall: android.requireStoreInstall,
          allowCompromisedDevices: android.allowCompromisedDevices,
        }
      : null,
    firebase: firebase.isOn ? { projectNumber: firebase.projectNumber.trim(), appIds: linesOf(firebase.appIds) } : null,
  }
}

/** The API takes the settings whole. */
export const ATTESTATION: EditedFields<Pick<App, 'attestation'>, AttestationForm, Partial<Pick<App, 'attestation'>>> = {
  valuesOf: formOf,
  changeOf: (before, entered) => {
    const attestation = settingsOf(entered)
    const isSame = JSON.stringify(attestation) === JSON.stringify(settingsOf(formOf(before)))
    return isSame ? {} : { attestation }
  },
}
