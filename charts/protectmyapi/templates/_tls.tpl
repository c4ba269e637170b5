{{/* The volume at /etc/protectmyapi/tls, with tls.crt, tls.key and ca.crt, renewed in place: {root, component}. */}}
{{- define "pma.tlsVolumes" -}}
{{- $tls := .root.Values.tls -}}
{{- $id := printf "spiffe://%s/ns/%s/sa/%s" .root.Values.trustDomain .root.Release.Namespace .component -}}
- name: tls
{{- if and (eq $tls.mode "cert-manager") (eq $tls.certManager.delivery "csi") }}
  csi:
    driver: csi.cert-manager.io
    readOnly: true
    volumeAttributes:
      csi.cert-manager.io/issuer-name: {{ $tls.certManager.issuer.name }}
      csi.cert-manager.io/issuer-kind: {{ $tls.certManager.issuer.kind }}
      csi.cert-manager.io/issuer-group: {{ $tls.certManager.issuer.group }}
      csi.cert-manager.io/uri-sans: {{ $id }}
      csi.cert-manager.io/dns-names: {{ include "pma.serviceHost" . }}
      csi.cert-manager.io/key-algorithm: ECDSA
      csi.cert-manager.io/key-encoding: PKCS8
      csi.cert-manager.io/key-usages: digital signature,server auth,client auth
      csi.cert-manager.io/duration: {{ $tls.certManager.duration }}
      csi.cert-manager.io/renew-before: {{ $tls.certManager.renewBefore }}
      {{- if not .root.Values.openShift }}
      csi.cert-manager.io/fs-group: "65532"
      {{- end }}
{{- else if and (eq $tls.mode "spiffe") (eq $tls.spiffe.provider "cert-manager") }}
  # The id is that of the pod's service account.
  csi:
    driver: spiffe.csi.cert-manager.io
    readOnly: true
    {{- if not .root.Values.openShift }}
    volumeAttributes:
      spiffe.csi.cert-manager.io/fs-group: "65532"
    {{- end }}
{{- else if eq $tls.mode "spiffe" }}
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
- name: spiffe-socket
  csi: { driver: csi.spiffe.io, readOnly: true }
- name: spiffe-helper
  configMap: { name: {{ include "pma.fullname" .root }}-spiffe-helper }
{{- else }}
  # A pod waits until the three are there.
  secret:
    secretName: {{ include "pma.fullname" .root }}-{{ .component }}-tls
    defaultMode: 0440
    items:
      - { key: tls.crt, path: tls.crt }
      - { key: tls.key, path: tls.key }
      - { key: ca.crt, path: ca.crt }
{{- end }}
{{- end -}}

{{/* SPIRE alone: a sidecar that writes what the agent hands out. It starts first, and the service once it is ready. */}}
{{- define "pma.tlsSidecar" -}}
{{- $tls := .root.Values.tls -}}
{{- if and (eq $tls.mode "spiffe") (eq $tls.spiffe.provider "spire") }}
- name: spiffe-helper
  image: {{ $tls.spiffe.helperImage }}
  restartPolicy: Always
  args: [-config, /etc/spiffe-helper/helper.conf]
  securityContext:
    {{- include "pma.containerSecurity" . | nindent 4 }}
  startupProbe:
    httpGet: { path: /ready, port: 8081 }
    periodSeconds: 1
    failureThreshold: 120
  resources:
    requests: { cpu: 10m, memory: 32Mi }
    limits: { memory: 64Mi }
  volumeMounts:
    - { name: tls, mountPath: /etc/protectmyapi/tls }
    - { name: spiffe-socket, mountPath: /spiffe-workload-api, readOnly: true }
    - { name: spiffe-helper, mountPath: /etc/spiffe-helper, readOnly: true }
{{- end }}
{{- end -}}

{{- define "pma.tlsMount" -}}
- name: tls
  mountPath: /etc/protectmyapi/tls
  readOnly: true
{{- end -}}
