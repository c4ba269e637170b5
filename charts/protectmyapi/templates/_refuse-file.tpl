{{/* {name, file, required}: what `file` in values.yaml may be. */}}
{{- define "pma.refuseFile" -}}
{{- $file := .file | default dict -}}
{{- if and $file.secret $file.secretProviderClass -}}
{{- fail (printf "%s: give a secret or a secretProviderClass, not both" .name) -}}
{{- end -}}
{{- if and (or $file.secret $file.secretProviderClass) (not $file.key) -}}
{{- fail (printf "%s: name the key as well" .name) -}}
{{- end -}}
{{- if and $file.key (not (or $file.secret $file.secretProviderClass)) -}}
{{- fail (printf "%s: name the secret, or the secretProviderClass, that has this key" .name) -}}
{{- end -}}
{{- if and .required (not $file.key) -}}
{{- fail (printf "%s: name the Secret and the key, {secret, key}, or the object of a secretProviderClass" .name) -}}
{{- end -}}
{{- end -}}
