/** What names a service, an app or an organization in paths: a DNS label in lower case (RFC 1123 § 2.1). */
export const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/
