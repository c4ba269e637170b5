import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api } from '../api/client.js'
import { type Read, readOf } from '../api/read.js'
import type { App, AppPatch } from '../api/types.js'
import type { EditedFields } from '../kit/edited-fields.js'
import { useEdited } from '../kit/use-edited.js'
import { useOrganization } from '../organization/organization-queries.js'
import { appOptions } from './app-queries.js'

/** A form for some fields of the app whose page it is on. */
export function useEditedApp<Values extends Record<string, unknown>, Change extends AppPatch>(
  app: Read<App>,
  fields: EditedFields<App, Values, Change>,
  onSaved: (saved: App) => void,
) {
  const { org } = useOrganization()
  const { app: idOrSlug } = useParams({ from: '/signed-in/orgs/$org/apps/$app' })
  const client = useQueryClient()
  return useEdited({
    stored: app,
    fields,
    // By id: its slug may be another one by now.
    send: (body, header) =>
      readOf(api.PATCH('/orgs/{org}/apps/{app}', { params: { path: { org, app: app.id }, header }, body })),
    fetchStored: () => client.fetchQuery({ ...appOptions(org, app.id), staleTime: 0 }),
    onSaved: (saved) => {
      client.setQueryData(appOptions(org, idOrSlug).queryKey, saved)
      onSaved(saved)
    },
  })
}
