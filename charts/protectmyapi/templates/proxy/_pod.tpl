{{- define "pma.proxy.files" -}}
- { name: redis, env: PMA_REDIS_PASSWORD_FILE, file: {{ include "pma.redisPasswordFile" . | fromYaml | toJson }} }
- { name: redis-ca, env: PMA_REDIS_CA_FILE, file: {{ .Values.redis.ca | toJson }} }
- { name: otlp-headers, env: PMA_OTLP_HEADERS_FILE, file: {{ .Values.telemetry.otlp.headers | toJson }} }
- { name: upstream-ca, env: PMA_UPSTREAM_CA_FILE, file: {{ .Values.proxy.upstreamCa | toJson }} }
{{- end -}}

{{- define "pma.proxy.env" -}}
{{- include "pma.commonEnv" . }}
{{- include "pma.redisEnv" . }}
{{- include "pma.env" (dict
  "PMA_PROXY_PORT" 8080
  "PMA_DIRECTORY_ADDRESS" (printf "%s:8071" (include "pma.serviceHost" (dict "root" . "component" "directory")))
  "PMA_VAULT_ADDRESS" (printf "%s:8060" (include "pma.serviceHost" (dict "root" . "component" "vault")))
  "PMA_DRAIN_MS" (mul .Values.proxy.drainSeconds 1000)
) }}
{{- $tls := .Values.proxy.tlsSecret }}
{{- include "pma.envWhereSaid" (dict
  "PMA_PROXY_HOST_SUFFIX" .Values.proxy.hostSuffix
  "PMA_TRUSTED_PROXIES" (join "," .Values.proxy.trustedProxies)
  "PMA_ALLOW_PRIVATE_UPSTREAMS" (include "pma.privateUpstreams" .)
  "PMA_PROXY_TLS_CERT_FILE" (ternary "/etc/protectmyapi/https/tls.crt" "" (ne $tls ""))
  "PMA_PROXY_TLS_KEY_FILE" (ternary "/etc/protectmyapi/https/tls.key" "" (ne $tls ""))
) }}
{{- include "pma.envWhereSaid" .Values.proxy.extraEnv }}
{{- end -}}
