const CHARS_MAX = 48

/** A DNS label made from a name: `Ünïted Apps, Inc.` → `united-apps-inc`. Names without Latin letters become `org`. */
export function slugFrom(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, CHARS_MAX)
    .replaceAll(/^-+|-+$/g, '')
  return slug === '' ? 'org' : slug
}
