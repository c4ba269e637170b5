{{/* Passes Pod Security `restricted`. The uid is the images' own. */}}
{{- define "pma.podSecurity" -}}
runAsNonRoot: true
{{- if not .root.Values.openShift }}
runAsUser: {{ .uid }}
runAsGroup: {{ .uid }}
fsGroup: {{ .uid }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "pma.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Of every pod: {root, component, uid, values}; without values it is one of `jobs`. */}}
{{- define "pma.podBasics" -}}
# Else every Service of the namespace is a handful of variables in every process.
enableServiceLinks: false
securityContext:
  {{- include "pma.podSecurity" . | nindent 2 }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if not .values }}
{{- include "pma.nodes" .root.Values.jobs }}
{{- with .root.Values.jobs.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Which nodes, before whom, and by which names. */}}
{{- define "pma.nodes" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .schedulerName }}
schedulerName: {{ . }}
{{- end }}
{{- with .runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with .hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with .dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Where the pods of a component may run: {root, component, values}. */}}
{{- define "pma.placement" -}}
{{- include "pma.nodes" .values }}
affinity:
{{- if .values.affinity }}
  {{- toYaml .values.affinity | nindent 2 }}
{{- else }}
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "pma.selector" . | nindent 14 }}
{{- end }}
topologySpreadConstraints:
{{- if .values.topologySpreadConstraints }}
  {{- range .values.topologySpreadConstraints }}
  {{- $constraint := deepCopy . }}
  {{- if not (hasKey . "labelSelector") }}
  {{- $_ := set $constraint "labelSelector" (dict "matchLabels" (include "pma.selector" $ | fromYaml)) }}
  {{- end }}
  {{- list $constraint | toYaml | nindent 2 }}
  {{- end }}
{{- else }}
  - maxSkew: 1
    topologyKey: topology.kubernetes.io/zone
    whenUnsatisfiable: {{ .values.spread }}
    # Of one revision: else a rolling update counts the pods that it replaces.
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "pma.selector" . | nindent 8 }}
{{- end }}
{{- end -}}

{{/* What an operator adds to the pod of a service: {values}. A container has a safe context unless it brings its own. */}}
{{- define "pma.extraContainers" -}}
{{- range . }}
{{- $container := deepCopy . }}
{{- if not (hasKey . "securityContext") }}
{{- $_ := set $container "securityContext" (include "pma.containerSecurity" . | fromYaml) }}
{{- end }}
{{ list $container | toYaml }}
{{- end }}
{{- end -}}
{{- define "pma.extraMounts" -}}
{{- with .values.extraVolumeMounts }}
{{- toYaml . }}
{{- end }}
{{- end -}}
{{- define "pma.extraVolumes" -}}
{{- with .values.extraVolumes }}
{{- toYaml . }}
{{- end }}
{{- end -}}

{{/* {values, scheme, port, ready}: alive while the process turns, whatever else is away. */}}
{{- define "pma.probes" -}}
startupProbe:
  httpGet: { path: /healthz, port: {{ .port }}, scheme: {{ .scheme }} }
  {{- toYaml .values.probes.startup | nindent 2 }}
# A process that hangs keeps its connections: it is ended sooner than the horizon.
livenessProbe:
  httpGet: { path: /healthz, port: {{ .port }}, scheme: {{ .scheme }} }
  {{- toYaml .values.probes.liveness | nindent 2 }}
readinessProbe:
  httpGet: { path: /readyz, port: {{ .port }}, scheme: {{ .scheme }} }
  {{- toYaml .values.probes.readiness | nindent 2 }}
lifecycle:
  # By the kubelet: there is no shell in the image.
  preStop: { sleep: { seconds: {{ .values.preStopSeconds }} } }
{{- end -}}

{{/* Of a Deployment: {values}. */}}
{{- define "pma.rollout" -}}
{{- if not .values.autoscaling.enabled }}
replicas: {{ .values.replicas }}
{{- end }}
{{- $rollout := .values.rollout }}
revisionHistoryLimit: {{ $rollout.revisionHistoryLimit }}
minReadySeconds: {{ $rollout.minReadySeconds }}
progressDeadlineSeconds: {{ $rollout.progressDeadlineSeconds }}
strategy:
  rollingUpdate: { maxSurge: {{ $rollout.maxSurge }}, maxUnavailable: {{ $rollout.maxUnavailable }} }
{{- end -}}

{{/* HorizontalPodAutoscaler and PodDisruptionBudget: {root, component, values, slowly}. */}}
{{- define "pma.scaling" -}}
{{- $name := printf "%s-%s" (include "pma.fullname" .root) .component }}
{{- if .values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "pma.labels" . | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ $name }} }
  minReplicas: {{ .values.autoscaling.minReplicas }}
  maxReplicas: {{ .values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: { type: Utilization, averageUtilization: {{ .values.autoscaling.cpuPercent }} }
    {{- with .values.autoscaling.metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  behavior:
    {{- if .values.autoscaling.behavior }}
    {{- toYaml .values.autoscaling.behavior | nindent 4 }}
    {{- else }}
    scaleUp: { stabilizationWindowSeconds: 0 }
    # One at a time: each that goes cuts what outlives its drain.
    scaleDown:
      stabilizationWindowSeconds: 600
      policies: [{ type: Pods, value: 1, periodSeconds: 120 }]
    {{- end }}
{{- end }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "pma.labels" . | nindent 4 }}
spec:
  maxUnavailable: {{ .values.maxUnavailable }}
  # A pod that is not well keeps no node from being drained.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "pma.selector" . | nindent 6 }}
{{- end -}}

{{/* A service account that stands for an identity; Kubernetes' token is not mounted. {root, name, component, annotations, labels} */}}
{{- define "pma.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .name }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "pma.labels" . | nindent 4 }}
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}
