import { type OtlpReceiver, startOtlpReceiver } from '@protectmyapi/dev-kit/servers/otlp-receiver'
import { type Collected, collect } from './collected.js'

/** A collector of telemetry: what every service exports, as it arrives. */
export interface Told extends Pick<OtlpReceiver, 'url' | 'close'> {
  readonly heard: Collected
}

export async function startTold(): Promise<Told> {
  const heard = collect('spans and metrics')
  const { url, close } = await startOtlpReceiver({ hear: heard.add })
  return { heard, url, close }
}
