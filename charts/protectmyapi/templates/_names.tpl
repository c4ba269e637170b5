{{- define "pma.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What a Service or a network policy finds pods by: never changes, since a Deployment's selector cannot. */}}
{{- define "pma.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "pma.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: protectmyapi
{{ include "pma.selector" . }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels of a pod's template, and its annotations: {root, component, values}. */}}
{{- define "pma.podMetadata" -}}
labels:
  {{- include "pma.selector" . | nindent 2 }}
  {{- with merge (deepCopy .values.podLabels) .root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Labels and annotations of a Service: {of, values}. */}}
{{- define "pma.serviceMetadata" -}}
labels:
  {{- include "pma.labels" .of | nindent 2 }}
  {{- with .values.labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .values.annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "pma.image" -}}
{{- $image := .image -}}
{{- $name := ternary $image.name (printf "%s/%s" .root.Values.image.registry $image.name) (empty .root.Values.image.registry) -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $name $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (default .root.Chart.AppVersion .root.Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{/* A DNS name within the cluster that needs no search path but the first. */}}
{{- define "pma.serviceHost" -}}
{{ include "pma.fullname" .root }}-{{ .component }}.{{ .root.Release.Namespace }}.svc
{{- end -}}

{{/* Of immutable things that must run again when what they do has changed: a hash of all of it. */}}
{{- define "pma.hash" -}}
{{- . | sha256sum | trunc 10 -}}
{{- end -}}

{{/* Whether something is bundled, and with it the trial's Secret. Empty: no. */}}
{{- define "pma.isTrial" -}}
{{- if or .Values.bundled.postgres.enabled .Values.bundled.redis.enabled -}}yes{{- end -}}
{{- end -}}
