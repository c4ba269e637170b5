{{- define "pma.certificatesPod" }}
serviceAccountName: {{ include "pma.fullname" .root }}-installer
# It writes Secrets, those of its Role alone.
automountServiceAccountToken: true
restartPolicy: OnFailure
{{ include "pma.podBasics" . }}
containers:
  - name: certificates
    image: {{ include "pma.image" (dict "root" .root "image" .root.Values.installer.image) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: [certificates]
    securityContext:
      {{- include "pma.containerSecurity" . | nindent 6 }}
    env:
      {{- include "pma.env" (dict
        "PMA_TRUST_DOMAIN" .root.Values.trustDomain
        "PMA_NAMESPACE" .root.Release.Namespace
        "PMA_SECRET_PREFIX" (include "pma.fullname" .root)
        "PMA_LEAF_DAYS" .root.Values.tls.self.leafDays
        "PMA_AUTHORITY_DAYS" .root.Values.tls.self.authorityDays
        "NODE_EXTRA_CA_CERTS" "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
      ) | nindent 6 }}
    resources:
      {{- toYaml .root.Values.installer.resources | nindent 6 }}
{{- end }}
