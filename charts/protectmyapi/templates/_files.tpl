{{/*
Files that a pod reads. `files` is a list of {name, env, file}: `file` is {secret, key} or {secretProviderClass, key}; each
gets a volume of its own, so that a pod is handed the keys that it needs and no others. Where `file` names nothing, nothing
is made of it; without `env` the file is there, and a variable of its own names it.
*/}}
{{- define "pma.fileDir" -}}/etc/protectmyapi/{{ .name }}{{- end -}}

{{- define "pma.fileEnv" -}}
{{- range .files }}
{{- if and .file.key .env }}
- name: {{ .env }}
  value: {{ include "pma.fileDir" . }}/{{ .file.key }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "pma.fileMounts" -}}
{{- range .files }}
{{- if .file.key }}
- name: {{ .name }}
  mountPath: {{ include "pma.fileDir" . }}
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{- define "pma.fileVolumes" -}}
{{- range .files }}
{{- if .file.key }}
- name: {{ .name }}
{{- if .file.secretProviderClass }}
  csi:
    driver: secrets-store.csi.k8s.io
    readOnly: true
    volumeAttributes:
      secretProviderClass: {{ .file.secretProviderClass }}
{{- else }}
  # A pod waits for a key that is not there yet.
  secret:
    secretName: {{ .file.secret }}
    defaultMode: 0440
    items: [{ key: {{ .file.key | quote }}, path: {{ .file.key | quote }} }]
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* {secret, key} of a role's password, as YAML. `database` is a key of .Values.database. */}}
{{- define "pma.passwordFile" -}}
{{- $database := get .root.Values.database .database -}}
{{- $role := get $database .role -}}
{{- if .root.Values.bundled.postgres.enabled -}}
{{- dict "secret" (printf "%s-trial" (include "pma.fullname" .root)) "key" (printf "%s.password" $role.user) | toYaml -}}
{{- else -}}
{{- $role.password | toYaml -}}
{{- end -}}
{{- end -}}

{{- define "pma.redisPasswordFile" -}}
{{- if .Values.bundled.redis.enabled -}}
{{- dict "secret" (printf "%s-trial" (include "pma.fullname" .)) "key" "redis.password" | toYaml -}}
{{- else -}}
{{- .Values.redis.password | toYaml -}}
{{- end -}}
{{- end -}}
