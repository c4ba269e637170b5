{{/* What vault's processes read. The migrating roles' passwords are the Job's alone. */}}
{{- define "pma.vault.kmsFile" -}}
{{- if and (eq .Values.kms.type "file") .Values.kms.file.key.key -}}
{{- .Values.kms.file.key | toYaml -}}
{{- else if eq .Values.kms.type "file" -}}
{{- dict "secret" (printf "%s-trial" (include "pma.fullname" .)) "key" "kms.key" | toYaml -}}
{{- else -}}
{{- dict | toYaml -}}
{{- end -}}
{{- end -}}

{{- define "pma.vault.otherKeyFiles" -}}
{{- $paths := list -}}
{{- range $index, $file := .Values.kms.file.otherKeys -}}
{{- $paths = append $paths (printf "%s/%s" (include "pma.fileDir" (dict "name" (printf "kms-other-%d" $index))) $file.key) -}}
{{- end -}}
{{- join "," $paths -}}
{{- end -}}

{{- define "pma.vault.databaseFiles" -}}
- { name: database-ca, env: PMA_VAULT_DB_CA_FILE, file: {{ .Values.database.ca | toJson }} }
- { name: database-ca, env: PMA_VAULT_KEYS_DB_CA_FILE, file: {{ .Values.database.ca | toJson }} }
{{- end -}}

{{- define "pma.vault.files" -}}
- { name: vault-db, env: PMA_VAULT_DB_PASSWORD_FILE, file: {{ include "pma.passwordFile" (dict "root" . "database" "vault" "role" "runtime") | fromYaml | toJson }} }
- { name: vault-keys-db, env: PMA_VAULT_KEYS_DB_PASSWORD_FILE, file: {{ include "pma.passwordFile" (dict "root" . "database" "vaultKeys" "role" "runtime") | fromYaml | toJson }} }
- { name: kms, env: PMA_KMS_KEY_FILE, file: {{ include "pma.vault.kmsFile" . | fromYaml | toJson }} }
- { name: otlp-headers, env: PMA_OTLP_HEADERS_FILE, file: {{ .Values.telemetry.otlp.headers | toJson }} }
{{- range $index, $file := ternary .Values.kms.file.otherKeys list (eq .Values.kms.type "file") }}
- { name: kms-other-{{ $index }}, env: "", file: {{ $file | toJson }} }
{{- end }}
{{- end -}}

{{- define "pma.vault.migratorFiles" -}}
- { name: vault-db-migrator, env: PMA_VAULT_DB_MIGRATOR_PASSWORD_FILE, file: {{ include "pma.passwordFile" (dict "root" . "database" "vault" "role" "migrator") | fromYaml | toJson }} }
- { name: vault-keys-db-migrator, env: PMA_VAULT_KEYS_DB_MIGRATOR_PASSWORD_FILE, file: {{ include "pma.passwordFile" (dict "root" . "database" "vaultKeys" "role" "migrator") | fromYaml | toJson }} }
{{- end -}}

{{- define "pma.vault.databaseEnv" -}}
{{- include "pma.databaseEnv" (dict "root" . "database" "vault" "prefix" "PMA_VAULT_DB") }}
{{- include "pma.databaseEnv" (dict "root" . "database" "vaultKeys" "prefix" "PMA_VAULT_KEYS_DB") }}
{{- end -}}

{{- define "pma.vault.env" -}}
{{- include "pma.commonEnv" . }}
{{- include "pma.vault.databaseEnv" . }}
{{- include "pma.env" (dict "PMA_VAULT_PORT" 8060 "PMA_VAULT_PROBE_PORT" 8061 "PMA_KMS" .Values.kms.type "PMA_DATA_KEY_DAYS" .Values.vault.dataKeyDays "PMA_HEAD_KEY_DAYS" .Values.vault.headKeyDays "PMA_LEASE_AUDIT_DAYS" .Values.vault.leaseAuditDays "PMA_VAULT_KEYS_BACKUP_DAYS" .Values.vault.vaultKeysBackupDays) }}
{{- if eq .Values.kms.type "aws" }}
{{- include "pma.envWhereSaid" (dict "PMA_KMS_KEY_ARN" .Values.kms.aws.keyArn "PMA_KMS_OTHER_KEY_ARNS" (join "," .Values.kms.aws.otherKeyArns) "AWS_REGION" .Values.kms.aws.region "AWS_ENDPOINT_URL_KMS" .Values.kms.aws.endpoint) }}
{{- else }}
{{- include "pma.envWhereSaid" (dict "PMA_ALLOW_KEY_FILE" .Values.kms.file.acceptInProduction "PMA_KMS_OTHER_KEY_FILES" (include "pma.vault.otherKeyFiles" .)) }}
{{- end }}
{{- include "pma.envWhereSaid" .Values.vault.extraEnv }}
{{- end -}}

{{- define "pma.vault.migratorEnv" }}
{{- include "pma.env" (dict
  "PMA_VAULT_DB_MIGRATOR_USER" .Values.database.vault.migrator.user
  "PMA_VAULT_KEYS_DB_MIGRATOR_USER" .Values.database.vaultKeys.migrator.user
) }}
{{- include "pma.vault.databaseEnv" . }}
{{- end }}
