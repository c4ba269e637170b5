import { type Collected, collect } from '../canary/places/collected.js'
import { files } from '../canary/places/files.js'
import { searchPlace } from '../canary/places/place.js'
import { faultsOf, table } from '../canary/report.js'
import { createSearch } from '../canary/search/searcher.js'
import { NAMESPACE } from './rendered-rules.js'
import type { TelemetryRig } from './telemetry-rig.js'
import type { Walk } from './walk.js'

/** Planted values in the telemetry: at the collector, at `/metrics`, and in Prometheus. */
export async function findLeaks(
  { collector, prometheus, metrics }: TelemetryRig,
  { planted }: Walk,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const pages = collect('/metrics of each service')
  for (const url of metrics) await addPage(pages, url)
  const series = collect('labels of all series')
  series.add(Buffer.from(JSON.stringify(await prometheus.series(NAMESPACE))))
  const search = createSearch(planted)
  // Words that each place must contain: otherwise a search that reads nothing would pass as one that finds nothing.
  const control = createSearch(['proxy.request', 'pma_proxy_request_seconds'].map((value) => ({ name: value, value })))
  const told = files('what the collector was told', collector.folder, (name) => name.endsWith('.ndjson'))
  const found = []
  for (const place of [told, pages, series]) found.push(await searchPlace(place, search, control))
  say(table(found))
  return faultsOf({ found, notArrived: [], missing: [] })
}

async function addPage(pages: Collected, url: string): Promise<void> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`)
  pages.add(Buffer.from(await answer.arrayBuffer()))
}
