{{/*
A Job under a name that says what it does: a change of anything in it is another Job, since a Job cannot change. {root, of
(root, component, uid), spec (the pod's, as text), backoffLimit}
*/}}
{{- define "pma.job" -}}
{{- $metadata := include "pma.jobMetadata" .of -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "pma.fullname" .root }}-{{ .of.component }}-{{ include "pma.hash" (printf "%s %s %s" .root.Chart.AppVersion $metadata .spec) }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "pma.labels" .of | nindent 4 }}
spec:
  backoffLimit: {{ .backoffLimit }}
  template:
    metadata:
      {{- $metadata | nindent 6 }}
    spec:
      {{- .spec | nindent 6 }}
{{- end -}}

{{/* Of the pods beside the services: {root, component}. */}}
{{- define "pma.jobMetadata" -}}
{{- include "pma.podMetadata" (merge (dict "values" .root.Values.jobs) (omit . "values")) -}}
{{- end -}}

{{/* {root, of, image, env, mounts, volumes}: the command `migrate` of a service. */}}
{{- define "pma.migrationJob" -}}
{{- include "pma.job" (dict "root" .root "of" .of "backoffLimit" .root.Values.migrations.backoffLimit "spec" (include "pma.migrationPod" .)) }}
{{- end -}}

{{- define "pma.migrationPod" -}}
serviceAccountName: {{ include "pma.fullname" .root }}-migrations
automountServiceAccountToken: false
# A pod of its own for each try: the logs of those that failed stay.
restartPolicy: Never
{{ include "pma.podBasics" .of }}
containers:
  - name: migrate
    image: {{ include "pma.image" . }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: [migrate]
    securityContext:
      {{- include "pma.containerSecurity" . | nindent 6 }}
    env:
      {{- .env | nindent 6 }}
    volumeMounts:
      {{- .mounts | nindent 6 }}
    resources:
      {{- toYaml .root.Values.migrations.resources | nindent 6 }}
volumes:
  {{- .volumes | nindent 2 }}
{{- end -}}
