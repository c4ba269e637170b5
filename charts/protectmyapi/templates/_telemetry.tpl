{{/* Of vault, management and proxy alike. */}}
{{- define "pma.telemetryEnv" -}}
{{- $telemetry := .Values.telemetry }}
{{- include "pma.env" (dict "PMA_LOG_LEVEL_FILE" "/etc/protectmyapi/log-level/level") }}
{{- if $telemetry.metrics.enabled }}
{{- include "pma.env" (dict "PMA_METRICS_PORT" $telemetry.metrics.port) }}
{{- end }}
{{- if $telemetry.otlp.endpoint }}
{{- include "pma.env" (dict
  "OTEL_EXPORTER_OTLP_ENDPOINT" $telemetry.otlp.endpoint
  "OTEL_METRICS_EXPORTER" (ternary "otlp" "none" $telemetry.otlp.metrics)
  "OTEL_TRACES_SAMPLER_ARG" $telemetry.otlp.samplingRatio
  "OTEL_RESOURCE_ATTRIBUTES" (printf "k8s.namespace.name=%s" .Release.Namespace)
) }}
{{- end }}
{{- end -}}

{{- define "pma.metricsPort" -}}
{{- if .Values.telemetry.metrics.enabled }}
- { name: metrics, containerPort: {{ .Values.telemetry.metrics.port }} }
{{- end }}
{{- end -}}

{{/* The level of the log. A folder and no subPath: what a ConfigMap says anew reaches a pod in the first case alone. */}}
{{- define "pma.logLevelMount" -}}
- name: log-level
  mountPath: /etc/protectmyapi/log-level
  readOnly: true
{{- end -}}
{{- define "pma.logLevelVolume" -}}
- name: log-level
  # A pod starts without it too, and says what it says at `info`.
  configMap: { name: {{ include "pma.fullname" .root }}-log-level, optional: true }
{{- end -}}
