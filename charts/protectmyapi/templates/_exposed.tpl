{{/* What a Service may say of its outside; what is not said is left out. */}}
{{- define "pma.serviceOutside" -}}
type: {{ .type }}
{{- with .externalTrafficPolicy }}
externalTrafficPolicy: {{ . }}
{{- end }}
{{- with .loadBalancerClass }}
loadBalancerClass: {{ . }}
{{- end }}
{{- with .loadBalancerSourceRanges }}
loadBalancerSourceRanges:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .ipFamilyPolicy }}
ipFamilyPolicy: {{ . }}
{{- end }}
{{- with .ipFamilies }}
ipFamilies:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Ingress and HTTPRoute of one host's service: {root, component, values, port, hosts}. */}}
{{- define "pma.exposed" -}}
{{- $name := printf "%s-%s" (include "pma.fullname" .root) .component }}
{{- $values := .values }}
{{- $port := .port }}
{{- if $values.ingress.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "pma.labels" . | nindent 4 }}
    {{- with $values.ingress.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with merge (deepCopy $values.ingress.annotations) (include "pma.ingressPreset" $values | fromYaml) }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with $values.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with $values.ingress.tlsSecret }}
  tls:
    - secretName: {{ . }}
      hosts:
        {{- toYaml $.hosts | nindent 8 }}
  {{- end }}
  rules:
    {{- range .hosts }}
    - host: {{ . | quote }}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: { service: { name: {{ $name }}, port: { name: {{ $port }} } } }
    {{- end }}
{{- end }}
{{- if $values.gateway.enabled }}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "pma.labels" . | nindent 4 }}
    {{- with $values.gateway.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $values.gateway.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  parentRefs:
    {{- toYaml $values.gateway.parentRefs | nindent 4 }}
  hostnames:
    {{- toYaml .hosts | nindent 4 }}
  rules:
    - backendRefs: [{ name: {{ $name }}, port: {{ $values.service.port }} }]
      # No end of ours: answers stream for as long as providers send.
      timeouts: { request: 0s, backendRequest: 0s }
      {{- with $values.gateway.filters }}
      filters:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
{{- end -}}

{{/* Nothing is held back, cut short or bounded in front of us: the services bound bodies and times themselves. */}}
{{- define "pma.ingressPreset" -}}
{{- if eq .ingress.preset "nginx" -}}
nginx.ingress.kubernetes.io/proxy-buffering: "off"
nginx.ingress.kubernetes.io/proxy-request-buffering: "off"
nginx.ingress.kubernetes.io/proxy-http-version: "1.1"
nginx.ingress.kubernetes.io/proxy-body-size: "0"
nginx.ingress.kubernetes.io/proxy-read-timeout: "3600"
nginx.ingress.kubernetes.io/proxy-send-timeout: "3600"
# A request is sent to a provider once at most: nobody in front of us sends it again.
nginx.ingress.kubernetes.io/proxy-next-upstream: "off"
{{- if .tlsSecret }}
nginx.ingress.kubernetes.io/backend-protocol: HTTPS
{{- end }}
{{- else if eq .ingress.preset "alb" -}}
alb.ingress.kubernetes.io/target-type: ip
alb.ingress.kubernetes.io/listen-ports: '[{"HTTPS":443}]'
alb.ingress.kubernetes.io/ssl-policy: ELBSecurityPolicy-TLS13-1-3-2021-06
alb.ingress.kubernetes.io/load-balancer-attributes: idle_timeout.timeout_seconds=3600
alb.ingress.kubernetes.io/healthcheck-path: /readyz
{{- if .tlsSecret }}
alb.ingress.kubernetes.io/backend-protocol: HTTPS
{{- end }}
{{- else -}}
{}
{{- end -}}
{{- end -}}
