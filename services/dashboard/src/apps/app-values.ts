import type { App } from '../api/types.js'
import type { EditedFields } from '../kit/edited-fields.js'
import type { Limit } from '../kit/limits-fields.js'
import type { Quota } from '../kit/quotas-fields.js'

/** Whose requests the limits and quotas of an app count. */
export const APP_SCOPES = ['device', 'app'] as const

/** What can be changed of an app. */
export type AppValues = Pick<App, 'name' | 'slug' | 'platform' | 'policy' | 'enabled' | 'limits' | 'quotas'>

type OfApp<Item> = Item & { readonly scope: (typeof APP_SCOPES)[number] }

type AppPatch = Partial<
  Omit<AppValues, 'limits' | 'quotas'> & { readonly limits: OfApp<Limit>[]; readonly quotas: OfApp<Quota>[] }
>

function valuesOf({ name, slug, platform, policy, enabled, limits, quotas }: App): AppValues {
  return { name, slug, platform, policy, enabled, limits, quotas }
}

/** What was changed, and nothing else, so that what somebody else changed meanwhile stays. */
export function patchOf(before: AppValues, after: AppValues): AppPatch {
  return {
    ...(after.name === before.name ? {} : { name: after.name }),
    ...(after.slug === before.slug ? {} : { slug: after.slug }),
    ...(after.platform === before.platform ? {} : { platform: after.platform }),
    ...(after.policy === before.policy ? {} : { policy: after.policy }),
    ...(after.enabled === before.enabled ? {} : { enabled: after.enabled }),
    ...(isSame(after.limits, before.limits) ? {} : { limits: after.limits.filter(isOfApp) }),
    ...(isSame(after.quotas, before.quotas) ? {} : { quotas: after.quotas.filter(isOfApp) }),
  }
}

export const APP_FIELDS: EditedFields<App, AppValues, AppPatch> = { valuesOf, changeOf: patchOf }

/** The fields offer these scopes alone; the types of answers know those of services and organizations, too. */
function isOfApp<Item extends { readonly scope: string }>(item: Item): item is OfApp<Item> {
  return APP_SCOPES.some((scope) => scope === item.scope)
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
