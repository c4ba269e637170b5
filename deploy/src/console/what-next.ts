export interface Places {
  readonly management: string
  readonly proxies: readonly string[]
  readonly provider: string
  /** The address of Redis, or why there is none. */
  readonly redis: string
  readonly logs: string
  readonly runFile: string
  readonly owner: { readonly email: string; readonly password: string }
  readonly organization: string
  readonly lan?: string
  /** Undefined: it is not built. */
  readonly dashboard?: string | undefined
  readonly hostSuffix: string
}

/** Where things are. */
export function placesText({
  management,
  proxies,
  provider,
  redis,
  logs,
  runFile,
  owner,
  lan,
  dashboard,
  hostSuffix,
}: Places): string {
  return `
ProtectMyAPI is running.

  Management (REST)  ${management}/api/v1        its contract: ${management}/api/v1/openapi.json
  Proxy              ${proxies.join('  ')}
  Proxy by host name {service}.${hostSuffix}
  Demo provider      ${provider}${lan === undefined ? '' : `\n  On your network    ${lan}`}
  Redis              ${redis}${dashboard === undefined ? '' : `\n  Dashboard          ${dashboard}        sign in as ${owner.email}`}
  Owner              ${owner.email}   password: ${owner.password}
  Logs               ${logs}
  For scripts        ${runFile}

  In this mode alone, providers on loopback (127.0.0.1, localhost, [::1]) are exempt from the rules that a base URL is
  https and its address public.
`
}

/** The next three things to try. Each can be pasted into a shell, in this order, in this folder. */
export function thingsToTry({ management, proxies, provider, owner, organization }: Places): string {
  const api = `${management}/api/v1/orgs/${organization}`
  const [proxy = ''] = proxies
  const json = `-H "authorization: Bearer $TOKEN" -H 'content-type: application/json'`
  return `Next, three things to try (paste them into another shell, in this folder):

1. Sign in.

TOKEN=$(curl -sS ${management}/api/v1/auth/sign-in -H 'content-type: application/json' -d ${quoted(JSON.stringify(owner))} | ${pick('token')})
curl -sSw '\\n' ${management}/api/v1/auth/me -H "authorization: Bearer $TOKEN"

2. A secret, a service and an app of your own, and a request with the app's token alone.

curl -sSw '\\n' -X PUT ${api}/secrets/by-name/MY_KEY ${json} -d '{"value":"sk-demo-my-very-own-key-0001","bindings":{"origins":["${provider}"],"placements":[{"kind":"header","name":"authorization"}]}}'
curl -sSw '\\n' -X PUT ${api}/services/mine ${json} -d '{"name":"Mine","baseUrl":"${provider}","auth":{"type":"bearer","secret":"MY_KEY"}}'
APP=$(curl -sS -X PUT ${api}/apps/my-app ${json} -d '{"name":"My app","platform":"ios","policy":"audit"}' | ${pick('token')})
curl -sSw '\\n' -X PUT ${api}/apps/my-app/links/mine -H "authorization: Bearer $TOKEN"
curl -sSw '\\n' ${proxy}/v1/p/mine/v1/chat/completions -H "authorization: Bearer $APP" -H 'content-type: application/json' -d '{"model":"demo","messages":[{"role":"user","content":"hello"}]}'

3. A real provider by its base URL, with the openai SDK. Put your own key into OPENAI_KEY first.

curl -sSw '\\n' -X PUT ${api}/secrets/by-name/OPENAI_API_KEY_PROD ${json} -d '{"value":"'"$OPENAI_KEY"'"}'
curl -sSw '\\n' -X PUT ${api}/services/openai ${json} -d '{"name":"OpenAI","preset":"openai","auth":{"type":"bearer","secret":"OPENAI_API_KEY_PROD"}}'
curl -sSw '\\n' -X PUT ${api}/apps/my-app/links/openai -H "authorization: Bearer $TOKEN"
APP=$APP node --input-type=module -e 'import OpenAI from "openai"; const client = new OpenAI({ baseURL: "${proxy}/v1/p/openai/v1", apiKey: process.env.APP }); console.log((await client.chat.completions.create({ model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] })).choices[0].message.content)'
`
}

/**
 * Quotes text as one word of a shell (POSIX Shell Command Language § 2.2.2), because the password comes from a file
 * that people can edit.
 */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** Uses node, which every machine that runs this has, because not every machine has jq. */
function pick(field: string): string {
  return `node -pe 'JSON.parse(require("fs").readFileSync(0)).${field}'`
}

/** What the demo's internal service needs to lease its secret. */
export interface InternalService {
  readonly secret: string
  readonly vault: string
  readonly directory: string
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** One more command, which can be pasted into a shell in this folder. */
export function internalServiceText({ secret, vault, directory, ca, cert, key }: InternalService): string {
  const files = `PMA_TLS_CERT_FILE='${cert}' PMA_TLS_KEY_FILE='${key}' PMA_TLS_CA_FILE='${ca}'`
  return `An internal service leases over gRPC, and sees a replacement within half a minute (Ctrl-C ends it; docs/internal-services.md):

PMA_DIRECTORY_ADDRESS=${directory} PMA_VAULT_ADDRESS=${vault} ${files} node packages/vault-client/examples/follow-secret.js ${secret}
`
}
