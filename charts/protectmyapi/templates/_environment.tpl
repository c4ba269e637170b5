{{/* Variables of our own, by name, all of them text. Kubernetes' own (VAULT_PORT=tcp://…) never begin with PMA_. */}}
{{- define "pma.env" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end -}}

{{- define "pma.commonEnv" -}}
{{- include "pma.env" (dict
  "PMA_MODE" (ternary "production" "development" .Values.production)
  "PMA_TRUST_DOMAIN" .Values.trustDomain
  "PMA_NAMESPACE" .Release.Namespace
  "PMA_TLS_CERT_FILE" "/etc/protectmyapi/tls/tls.crt"
  "PMA_TLS_KEY_FILE" "/etc/protectmyapi/tls/tls.key"
  "PMA_TLS_CA_FILE" "/etc/protectmyapi/tls/ca.crt"
) -}}
{{- include "pma.telemetryEnv" . }}
{{- end -}}

{{/* Host, port, name and user of a database: {root, database, prefix}. */}}
{{- define "pma.databaseEnv" -}}
{{- $database := get .root.Values.database .database -}}
{{- $host := default .root.Values.database.host $database.host -}}
{{- if .root.Values.bundled.postgres.enabled }}{{ $host = include "pma.serviceHost" (dict "root" .root "component" "postgres") }}{{ end -}}
{{- include "pma.env" (dict
  (printf "%s_HOST" .prefix) $host
  (printf "%s_PORT" .prefix) (ternary 5432 .root.Values.database.port .root.Values.bundled.postgres.enabled)
  (printf "%s_NAME" .prefix) $database.name
  (printf "%s_USER" .prefix) $database.runtime.user
) -}}
{{- end -}}

{{- define "pma.redisEnv" -}}
{{- if .Values.bundled.redis.enabled }}
{{- include "pma.env" (dict
  "PMA_REDIS_HOST" (include "pma.serviceHost" (dict "root" . "component" "redis"))
  "PMA_REDIS_PORT" 6379
  "PMA_REDIS_TLS" "false"
) -}}
{{- else if .Values.redis.host }}
{{- include "pma.env" (dict
  "PMA_REDIS_HOST" .Values.redis.host
  "PMA_REDIS_PORT" .Values.redis.port
  "PMA_REDIS_TLS" .Values.redis.tls
  "PMA_REDIS_CLUSTER" .Values.redis.cluster
) -}}
{{- if .Values.redis.username }}
{{- include "pma.env" (dict "PMA_REDIS_USERNAME" .Values.redis.username) }}
{{- end }}
{{- end }}
{{- end -}}

{{/* What is not there is left out: an empty variable is another thing. */}}
{{- define "pma.envWhereSaid" -}}
{{- range $name, $value := . }}
{{- if $value }}
- name: {{ $name }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- end -}}
