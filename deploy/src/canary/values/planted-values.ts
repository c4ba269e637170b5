import { randomBytes } from 'node:crypto'
import type { Wanted } from '../search/searcher.js'

/** That many random hex digits. */
const chars = (count: number): string => randomBytes(count).toString('hex').slice(0, count)
const base64 = (bytes: number): string => randomBytes(bytes).toString('base64')
const base64url = (bytes: number): string => randomBytes(bytes).toString('base64url')
const digits = (count: number): string => Array.from(randomBytes(count), (byte) => byte % 10).join('')
const pemBody = (lines: number, between: string): string =>
  Array.from({ length: lines }, () => base64(48)).join(between)

/**
 * Values of 8 to 15 characters, which the proxy does not search answers for (ADR 1). Shorter ones would be found by
 * chance.
 */
const SHORT: Readonly<Record<string, () => string>> = {
  'eight characters': () => base64url(6),
  'twelve characters': () => base64url(9),
  'fifteen characters': () => base64url(12).slice(0, 15),
  'a PIN with a sign': () => `#${digits(9)}`,
}

/** The formats of vendors. */
const VENDORS: Readonly<Record<string, () => string>> = {
  'sixteen characters': () => base64url(12),
  'seventeen characters': () => base64url(13).slice(0, 17),
  'OpenAI, project': () => `sk-proj-${base64url(60)}`,
  Anthropic: () => `sk-ant-api03-${base64url(60)}-AA`,
  Google: () => `AIza${base64url(26)}`,
  'Stripe, restricted': () => `rk_live_${chars(48)}`,
  GitHub: () => `github_pat_${chars(22)}_${chars(59)}`,
  GitLab: () => `glpat-${base64url(15)}`,
  Slack: () => `xoxb-${digits(12)}-${digits(13)}-${chars(24)}`,
  SendGrid: () => `SG.${base64url(16)}.${base64url(32)}`,
  'AWS, secret key': () => base64(30),
  Azure: () => `DefaultEndpointsProtocol=https;AccountName=${chars(9)};AccountKey=${base64(64)}`,
  JWT: () => [base64url(24), base64url(90), base64url(32)].join('.'),
  UUID: () =>
    randomBytes(16)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  Telegram: () => `${digits(10)}:${base64url(26)}`,
  bcrypt: () => `$2b$10$${base64url(40)}`,
  argon2id: () => `$argon2id$v=19$m=65536,t=3,p=4$${base64url(16)}$${base64url(32)}`,
  'SSH, public': () => `ssh-ed25519 ${base64(51)} ${chars(6)}@example`,
}

/** Values of several alphabets and lengths. */
const ENCODED: Readonly<Record<string, () => string>> = {
  'hex, 32': () => chars(32),
  'hex, 64': () => chars(64),
  'hex, upper case': () => chars(40).toUpperCase(),
  'base64, one =': () => base64(32),
  'base64, two =': () => base64(31),
  'base64 of JSON': () => Buffer.from(JSON.stringify({ id: chars(8), key: base64(24) })).toString('base64'),
  digits: () => digits(40),
  'URL-encoded already': () => encodeURIComponent(`${chars(9)}/+=& ${base64(24)}`),
  'escaped as JSON already': () => JSON.stringify(`${chars(9)}"\\${base64(24)}`),
  'two KiB': () => base64url(1_536),
  'four KiB': () => base64(3_072),
}

/** Values with characters that have a meaning to some parser. */
const SPECIAL: Readonly<Record<string, () => string>> = {
  'PEM on one line': () => `-----BEGIN PRIVATE KEY-----\\n${pemBody(12, '\\n')}\\n-----END PRIVATE KEY-----\\n`,
  'PEM with blanks': () => `-----BEGIN EC PRIVATE KEY----- ${pemBody(3, ' ')} -----END EC PRIVATE KEY-----`,
  'service account': () =>
    JSON.stringify({
      type: 'service_account',
      project_id: `p-${chars(8)}`,
      private_key_id: chars(40),
      private_key: `-----BEGIN PRIVATE KEY-----\n${pemBody(26, '\n')}\n-----END PRIVATE KEY-----\n`,
      client_email: `x@${chars(8)}.iam.gserviceaccount.com`,
    }),
  'JSON, an array': () => `["${base64(12)}","${base64(12)}",{"k":${digits(8)}}]`,
  'double quotes': () => `"${base64(12)}" "${base64(12)}"`,
  'single quotes': () => `'${base64(12)}''${base64(12)}'`,
  backticks: () => `\`${base64(12)}\`$(${chars(12)})`,
  backslashes: () => `\\${base64(12)}\\n\\r\\t\\\\${base64(12)}\\`,
  'newline-ish': () => `${chars(14)}%0d%0a\\r\\n&#10;${chars(14)}`,
  variables: () => `$${chars(14)} \${${chars(14)}}`,
  braces: () => `{{${chars(14)}}}{${chars(14)}}`,
  percent: () => `%41%zz%${chars(14)}%25%${chars(14)}%s%n`,
  'URL characters': () => `${chars(14)}?a=b&c=d#e/../+;${chars(14)}`,
  markup: () => `<b>${base64(12)}</b>&amp;<!--${base64(12)}-->`,
  SQL: () => `'; DROP TABLE x; --${base64(24)}`,
  formula: () => `=cmd|'${base64(12)}'!A0,${base64(12)}`,
  'a data source': () => `postgres://${chars(8)}:${base64url(18)}@db.example.com/x?sslmode=require`,
  'a path': () => `../../${chars(14)}/etc/${chars(14)}`,
  cookie: () => `sid=${base64url(15)}; Path=/; x=${base64url(15)}`,
  list: () => `${base64url(15)}, ${base64url(15)};q=0.5`,
  'inner blanks': () => `${chars(14)}   ${chars(14)}`,
  'a tab': () => `${chars(14)}\t${chars(14)}`,
}

/** Values that cannot stand in a header field: they are placed in the query or in Basic. */
const BEYOND_ASCII: Readonly<Record<string, () => string>> = {
  umlauts: () => `Zürich-${base64(12)}-größe-${base64(12)}`,
  Chinese: () => `密钥${base64(12)}密码${base64(12)}`,
  emoji: () => `🔑${base64(12)}🔒${base64(12)}`,
  'right to left': () => `مفتاح${base64(12)}\u202e${base64(12)}`,
  combining: () => `e\u0301${base64(12)}a\u0308\u200d${base64(12)}`,
  'line separators': () => `${base64(12)}\u2028\u2029${base64(12)}`,
}

/** One value of each shape, generated anew at each call. */
export function plantedValues(prefix = ''): readonly Wanted[] {
  const shapes = { ...SHORT, ...VENDORS, ...ENCODED, ...SPECIAL, ...BEYOND_ASCII }
  return Object.entries(shapes).map(([name, make]) => ({ name: `${prefix}${name}`, value: make() }))
}
