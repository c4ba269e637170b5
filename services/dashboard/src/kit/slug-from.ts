const CHARS_MAX = 48

/** A proposal for a slug, as management makes one of a name: `Ünïted Apps, Inc.` → `united-apps-inc`. May be empty. */
export function slugFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, CHARS_MAX)
    .replaceAll(/^-+|-+$/g, '')
}
