{{- define "pma.trialSecretsPod" }}
serviceAccountName: {{ include "pma.fullname" .root }}-installer
automountServiceAccountToken: true
restartPolicy: OnFailure
{{ include "pma.podBasics" . }}
containers:
  - name: trial-secrets
    image: {{ include "pma.image" (dict "root" .root "image" .root.Values.installer.image) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: [trial-secrets]
    securityContext:
      {{- include "pma.containerSecurity" . | nindent 6 }}
    env:
      {{- include "pma.env" (dict
        "PMA_NAMESPACE" .root.Release.Namespace
        "PMA_SECRET_PREFIX" (include "pma.fullname" .root)
        "NODE_EXTRA_CA_CERTS" "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"
      ) | nindent 6 }}
    resources:
      {{- toYaml .root.Values.installer.resources | nindent 6 }}
{{- end }}

{{- define "pma.databasesPod" }}
serviceAccountName: {{ include "pma.fullname" .root }}-migrations
automountServiceAccountToken: false
restartPolicy: OnFailure
{{ include "pma.podBasics" . }}
containers:
  - name: databases
    image: {{ include "pma.image" (dict "root" .root "image" .root.Values.installer.image) }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: [databases]
    securityContext:
      {{- include "pma.containerSecurity" . | nindent 6 }}
    env:
      {{- include "pma.env" (dict
        "PMA_POSTGRES_HOST" (include "pma.serviceHost" (dict "root" .root "component" "postgres"))
        "PMA_SECRETS_DIR" "/etc/protectmyapi/trial"
      ) | nindent 6 }}
    resources:
      {{- toYaml .root.Values.installer.resources | nindent 6 }}
    volumeMounts:
      - { name: trial, mountPath: /etc/protectmyapi/trial, readOnly: true }
volumes:
  - name: trial
    secret:
      secretName: {{ include "pma.fullname" .root }}-trial
      defaultMode: 0440
      items:
        {{- range list "postgres" "vault_runtime" "vault_migrator" "vault_keys_runtime" "vault_keys_migrator" "management_runtime" "management_migrator" }}
        - { key: {{ . }}.password, path: {{ . }}.password }
        {{- end }}
{{- end }}
