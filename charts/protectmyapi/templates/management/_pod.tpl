{{- define "pma.management.passwordFile" -}}
{{- $bootstrap := .Values.management.bootstrap -}}
{{- if not $bootstrap.email -}}
{{- dict | toYaml -}}
{{- else if $bootstrap.password.key -}}
{{- $bootstrap.password | toYaml -}}
{{- else -}}
{{- dict "secret" (printf "%s-trial" (include "pma.fullname" .)) "key" "owner.password" | toYaml -}}
{{- end -}}
{{- end -}}

{{- define "pma.management.files" -}}
- { name: management-db, env: PMA_MANAGEMENT_DB_PASSWORD_FILE, file: {{ include "pma.passwordFile" (dict "root" . "database" "management" "role" "runtime") | fromYaml | toJson }} }
- { name: database-ca, env: PMA_MANAGEMENT_DB_CA_FILE, file: {{ .Values.database.ca | toJson }} }
- { name: redis, env: PMA_REDIS_PASSWORD_FILE, file: {{ include "pma.redisPasswordFile" . | fromYaml | toJson }} }
- { name: redis-ca, env: PMA_REDIS_CA_FILE, file: {{ .Values.redis.ca | toJson }} }
- { name: owner, env: PMA_BOOTSTRAP_PASSWORD_FILE, file: {{ include "pma.management.passwordFile" . | fromYaml | toJson }} }
- { name: otlp-headers, env: PMA_OTLP_HEADERS_FILE, file: {{ .Values.telemetry.otlp.headers | toJson }} }
- { name: set-up, env: PMA_SETUP_TOKEN_FILE, file: {{ .Values.management.setupToken | toJson }} }
{{- end -}}

{{- define "pma.management.migratorFiles" -}}
- { name: management-db-migrator, env: PMA_MANAGEMENT_DB_MIGRATOR_PASSWORD_FILE, file: {{ include "pma.passwordFile" (dict "root" . "database" "management" "role" "migrator") | fromYaml | toJson }} }
- { name: database-ca, env: PMA_MANAGEMENT_DB_CA_FILE, file: {{ .Values.database.ca | toJson }} }
{{- end -}}

{{- define "pma.management.env" -}}
{{- include "pma.commonEnv" . }}
{{- include "pma.databaseEnv" (dict "root" . "database" "management" "prefix" "PMA_MANAGEMENT_DB") }}
{{- include "pma.redisEnv" . }}
{{- include "pma.env" (dict
  "PMA_MANAGEMENT_PORT" 8070
  "PMA_DIRECTORY_PORT" 8071
  "PMA_VAULT_ADDRESS" (printf "%s:8060" (include "pma.serviceHost" (dict "root" . "component" "vault")))
  "PMA_HORIZON_MS" (mul .Values.horizonSeconds 1000)
  "PMA_ACCESS_LOG_DAYS" .Values.management.accessLogDays
  "PMA_SIGNING_KEY_DAYS" .Values.management.signingKeyDays
) }}
{{- $tls := .Values.management.tlsSecret }}
{{- include "pma.envWhereSaid" (dict
  "PMA_PUBLIC_ORIGIN" (ternary (printf "https://%s" .Values.management.host) "" (ne .Values.management.host ""))
  "PMA_PROXY_URL" (include "pma.testCallsTo" .)
  "PMA_TRUSTED_PROXIES" (join "," .Values.management.trustedProxies)
  "PMA_BOOTSTRAP_EMAIL" .Values.management.bootstrap.email
  "PMA_BOOTSTRAP_ORGANIZATION" .Values.management.bootstrap.organization
  "PMA_ALLOW_PRIVATE_UPSTREAMS" (include "pma.privateUpstreams" .)
  "PMA_MANAGEMENT_TLS_CERT_FILE" (ternary "/etc/protectmyapi/https/tls.crt" "" (ne $tls ""))
  "PMA_MANAGEMENT_TLS_KEY_FILE" (ternary "/etc/protectmyapi/https/tls.key" "" (ne $tls ""))
) }}
{{- include "pma.envWhereSaid" .Values.management.extraEnv }}
{{- end -}}

{{/* Where test calls go. A proxy that ends TLS itself has a certificate for its public name: then extraEnv has to say it. */}}
{{- define "pma.testCallsTo" -}}
{{- if not .Values.proxy.tlsSecret -}}
{{- printf "http://%s:%v" (include "pma.serviceHost" (dict "root" . "component" "proxy")) .Values.proxy.service.port -}}
{{- end -}}
{{- end -}}

{{/* Of management and proxy alike. The test's own provider is one of them. */}}
{{- define "pma.privateUpstreams" -}}
{{- $hosts := .Values.proxy.privateUpstreams -}}
{{- if and .Values.test.enabled .Values.test.upstream.demo -}}
{{- $hosts = append $hosts (include "pma.serviceHost" (dict "root" . "component" "test")) -}}
{{- end -}}
{{- join "," $hosts -}}
{{- end -}}

{{/* Where a side towards people or apps ends TLS itself: {values} */}}
{{- define "pma.httpsMount" -}}
{{- if .values.tlsSecret }}
- { name: https, mountPath: /etc/protectmyapi/https, readOnly: true }
{{- end }}
{{- end -}}
{{- define "pma.httpsVolume" -}}
{{- if .values.tlsSecret }}
- name: https
  secret: { secretName: {{ .values.tlsSecret }}, defaultMode: 0440 }
{{- end }}
{{- end -}}

{{- define "pma.management.migratorEnv" }}
{{- include "pma.env" (dict
  "PMA_MANAGEMENT_DB_MIGRATOR_USER" .Values.database.management.migrator.user
) }}
{{- include "pma.databaseEnv" (dict "root" . "database" "management" "prefix" "PMA_MANAGEMENT_DB") }}
{{- end }}
