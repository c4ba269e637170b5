import type { App } from '../api/types.js'

export const PLATFORMS = {
  ios: 'iOS',
  android: 'Android',
  flutter: 'Flutter',
  'react-native': 'React Native',
} as const satisfies Record<App['platform'], string>
