{{/* Pods of ours, by component, as a peer. */}}
{{- define "pma.peer" -}}
- podSelector:
    matchLabels:
      {{- include "pma.selector" . | nindent 6 }}
{{- end }}

{{- define "pma.dns" -}}
- to:
    {{- toYaml .Values.networkPolicy.dnsTo | nindent 4 }}
  ports: [{ protocol: UDP, port: 53 }, { protocol: TCP, port: 53 }]
{{- end }}

{{/* {to, ports}: without peers to any address, but never to where a cloud hands out credentials of the machine. */}}
{{- define "pma.toPeers" -}}
- to:
    {{- if .to }}
    {{- toYaml .to | nindent 4 }}
    {{- else }}
    - ipBlock: { cidr: 0.0.0.0/0, except: [169.254.0.0/16] }
    - ipBlock: { cidr: "::/0", except: ["fd00:ec2::254/128", "fe80::/10"] }
    {{- end }}
  ports:
    {{- range .ports }}
    - { protocol: TCP, port: {{ . }} }
    {{- end }}
{{- end }}

{{- define "pma.toPostgres" -}}
{{- if .Values.bundled.postgres.enabled }}
- to:
    {{- include "pma.peer" (dict "root" . "component" "postgres") | nindent 4 }}
  ports: [{ protocol: TCP, port: 5432 }]
{{- else }}
{{- include "pma.toPeers" (dict "to" .Values.networkPolicy.postgresTo "ports" (list .Values.database.port)) }}
{{- end }}
{{- end }}

{{- define "pma.toRedis" -}}
{{- if .Values.bundled.redis.enabled }}
- to:
    {{- include "pma.peer" (dict "root" . "component" "redis") | nindent 4 }}
  ports: [{ protocol: TCP, port: 6379 }]
{{- else if .Values.redis.host }}
{{- include "pma.toPeers" (dict "to" .Values.networkPolicy.redisTo "ports" (list .Values.redis.port)) }}
{{- end }}
{{- end }}

{{/* Who may read the metrics of vault, management and proxy. */}}
{{- define "pma.fromPrometheus" -}}
{{- if .Values.telemetry.metrics.enabled }}
- from:
    {{- toYaml .Values.networkPolicy.metricsFrom | nindent 4 }}
  ports: [{ protocol: TCP, port: {{ .Values.telemetry.metrics.port }} }]
{{- end }}
{{- end }}

{{/* Traces of vault, management and proxy. */}}
{{- define "pma.toCollector" -}}
{{- if .Values.telemetry.otlp.endpoint }}
{{- $url := urlParse .Values.telemetry.otlp.endpoint }}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" | default (ternary "443" "80" (eq $url.scheme "https")) }}
{{- include "pma.toPeers" (dict "to" .Values.networkPolicy.otlpTo "ports" (list $port)) }}
{{- end }}
{{- end }}

{{- define "pma.policy" }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "pma.fullname" .root }}-{{ .component }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "pma.labels" . | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "pma.selector" . | nindent 6 }}
  policyTypes: [Ingress, Egress]
{{- end }}
