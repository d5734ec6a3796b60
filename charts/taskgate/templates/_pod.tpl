{{/*
What goes into the workspace's pod. These are the one source for the admission policy, the kustomize component and
charts that write their own pod template:

  taskgate.initContainers   list; what is appended to spec.initContainers (may be empty)
  taskgate.containers       list; what is appended to spec.containers (empty with sidecar.mode native)
  taskgate.volumes          list; for spec.volumes
  taskgate.appEnv           list; for the workspace's container
  taskgate.appVolumeMounts  list; for the workspace's container
  taskgate.appLifecycle     map; for the workspace's container (empty with app.preStop none)
  taskgate.podLabels        map; for the pod: which gate it has, and by which settings
  taskgate.podAnnotations   map; for the pod
*/}}

{{- define "taskgate.initContainers" -}}
{{- if ne .Values.tmux.share "tmpdir" -}}
- {{ include "taskgate.prepare" . | nindent 2 | trim }}
{{ end -}}
{{- if eq .Values.sidecar.mode "native" -}}
- {{ include "taskgate.sidecar" . | nindent 2 | trim }}
{{- end -}}
{{- end }}

{{- define "taskgate.containers" -}}
{{- if eq .Values.sidecar.mode "classic" -}}
- {{ include "taskgate.sidecar" . | nindent 2 | trim }}
{{- end -}}
{{- end }}

{{- define "taskgate.volumes" -}}
- name: taskgate-config
  # Optional, so that a missing ConfigMap costs the settings in it and not the workspace.
  configMap:
    name: {{ .Values.configMap.name | quote }}
    optional: true
    items:
      - key: config.yaml
        path: config.yaml
{{- if ne .Values.tmux.share "existing" }}
- name: taskgate-tmux
  emptyDir:
    medium: Memory
    sizeLimit: 1Mi
{{- end }}
{{- with .Values.sidecar.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "taskgate.appEnv" -}}
{{- with include "taskgate.variable" (list . "limitVariable") -}}
# By reference, so that a new limit does not change the pod's template, which would restart the workspace.
- name: {{ . | quote }}
  valueFrom:
    {{- with include "taskgate.limitFrom" $ }}
    {{- . | nindent 4 }}
    {{- else }}
    configMapKeyRef:
      name: {{ $.Values.configMap.name | quote }}
      key: limit
      optional: true
    {{- end }}
{{ end -}}
{{- with include "taskgate.variable" (list . "urlVariable") -}}
- name: {{ . | quote }}
  value: http://127.0.0.1:{{ $.Values.sidecar.port | int64 }}
{{ end -}}
{{- with include "taskgate.tmuxTmpdir" . -}}
- name: TMUX_TMPDIR
  value: {{ . }}
{{- end -}}
{{- end }}

{{- define "taskgate.appVolumeMounts" -}}
{{- if ne .Values.tmux.share "existing" -}}
- {{ include "taskgate.tmuxMount" . | nindent 2 | trim }}
{{- end -}}
{{- end }}

{{- define "taskgate.appLifecycle" -}}
{{- if not (int .Values.drain.seconds) -}}
{{- else if eq .Values.app.preStop "sleep" -}}
preStop:
  sleep:
    seconds: {{ .Values.drain.seconds | int64 }}
{{- else if eq .Values.app.preStop "exec" -}}
preStop:
  exec:
    command: [sleep, {{ .Values.drain.seconds | int64 | quote }}]
{{- end -}}
{{- end }}

{{/*
For `kubectl get pods -L taskgate.dev/version,taskgate.dev/settings`: an upgrade of the chart changes no pod, and whoever is
behind shows by them.
*/}}
{{- define "taskgate.podLabels" -}}
taskgate.dev/version: {{ include "taskgate.version" . | quote }}
taskgate.dev/settings: {{ include "taskgate.settings" . | quote }}
{{- end }}

{{- define "taskgate.podAnnotations" -}}
{{- $own := dict
      "kubectl.kubernetes.io/default-container" .Values.app.container
      "taskgate.dev/injected" (printf "%s, settings %s" (include "taskgate.image" .) (include "taskgate.settings" .)) -}}
{{ include "taskgate.over" (list .Values.podAnnotations $own) | fromJson | toYaml }}
{{- end }}

{{/* The image's tag, or the start of its digest, as a label may have it. */}}
{{- define "taskgate.version" -}}
{{- with .Values.image.digest -}}
{{ trimPrefix "sha256:" . | trunc 12 }}
{{- else -}}
{{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | trimAll "-._" }}
{{- end -}}
{{- end }}

{{/* A hash of all that goes into a pod, and of nothing that reaches a running one by the ConfigMap. */}}
{{- define "taskgate.settings" -}}
{{- $parts := list (toJson .Values.podAnnotations) -}}
{{- $scope := . -}}
{{- range list "initContainers" "containers" "volumes" "appEnv" "appVolumeMounts" "appLifecycle" -}}
{{- $parts = append $parts (include (printf "taskgate.%s" .) $scope) -}}
{{- end -}}
{{- join "\n" $parts | sha256sum | trunc 8 -}}
{{- end }}

{{/* Those of all workspaces, with a comma between: whatever a pod of this release may be marked with. */}}
{{- define "taskgate.settingsOfAll" -}}
{{- $all := list (include "taskgate.settings" .) -}}
{{- range .Values.workspaces -}}
{{- $scope := dict "Values" (include "taskgate.valuesOf" (list $ .) | fromJson) "Chart" $.Chart "Files" $.Files -}}
{{- $all = append $all (include "taskgate.settings" $scope) -}}
{{- end -}}
{{- uniq $all | join "," -}}
{{- end }}

{{/* Where a limit that comes from memory is read, for both containers; empty where it does not come from there. */}}
{{- define "taskgate.limitFrom" -}}
{{- with .Values.limitFrom.memoryPerTask -}}
resourceFieldRef:
  containerName: {{ $.Values.app.container | quote }}
  resource: limits.memory
  divisor: {{ . | quote }}
{{- end -}}
{{- end }}

{{/* The value of TMUX_TMPDIR in both containers; empty where tmux's own default is right. */}}
{{- define "taskgate.tmuxTmpdir" -}}
{{- with .Values.tmux -}}
{{- if eq .share "tmpdir" -}}
{{ .mountPath }}
{{- else if eq .share "existing" -}}
{{ .existing.mountPath }}/{{ .existing.folder }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The mount of the socket's folder, alike in both containers. */}}
{{- define "taskgate.tmuxMount" -}}
{{- with .Values.tmux -}}
{{- if eq .share "tmpdir" -}}
name: taskgate-tmux
mountPath: {{ .mountPath }}
{{- else if eq .share "subPath" -}}
name: taskgate-tmux
mountPath: /tmp/tmux-{{ .uid | int64 }}
subPath: tmux-{{ .uid | int64 }}
{{- else -}}
name: {{ .existing.volume | quote }}
mountPath: {{ .existing.mountPath }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Makes the socket's folder as tmux would: owned by its user, for nobody else. A mount cannot do that. */}}
{{- define "taskgate.prepare" -}}
name: {{ .Values.sidecar.name | trunc 55 | trimSuffix "-" }}-prepare
image: {{ include "taskgate.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [prepare]
env:
  - name: TMUX_TMPDIR
    value: {{ include "taskgate.tmuxTmpdir" . | default "/run/tmux" }}
volumeMounts:
  {{- if eq .Values.tmux.share "subPath" }}
  - name: taskgate-tmux
    mountPath: /run/tmux
  {{- else }}
  - {{ include "taskgate.tmuxMount" . | nindent 4 | trim }}
  {{- end }}
securityContext:
  {{- include "taskgate.securityContext" . | nindent 2 }}
resources:
  {{- toYaml .Values.sidecar.resources | nindent 2 }}
{{- end }}

{{/* The gate's container. */}}
{{- define "taskgate.sidecar" -}}
name: {{ .Values.sidecar.name | quote }}
image: {{ include "taskgate.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
{{- if eq .Values.sidecar.mode "native" }}
restartPolicy: Always
{{- end }}
# What belongs to the pod's shape is set here, what can change while it runs is in the ConfigMap. A port without an address
# is open to IPv4 and IPv6: probes and Services come on whichever of them the cluster puts first.
env:
  {{- with include "taskgate.limitFrom" . }}
  # The first one: the admission policy puts a limit that the pod has by an annotation in this place.
  - name: TASKGATE_LIMIT
    valueFrom:
      {{- . | nindent 6 }}
  {{- end }}
  - name: TASKGATE_LISTEN
    value: {{ printf ":%d" (.Values.sidecar.port | int64) | quote }}
  - name: TASKGATE_ADMIN
    value: {{ printf ":%d" (.Values.sidecar.adminPort | int64) | quote }}
  - name: TASKGATE_UPSTREAM
    value: 127.0.0.1:{{ .Values.app.port | int64 }}
  - name: TASKGATE_DRAIN_TIMEOUT
    value: {{ .Values.drain.seconds | int64 }}s
  - name: TASKGATE_DRAIN_NOTICE
    value: {{ .Values.drain.notice | int64 }}s
  # Which gate of many it is, for page, terminal, log and /status.
  - name: TASKGATE_IDENTITY_POD
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  - name: TASKGATE_IDENTITY_NAMESPACE
    valueFrom:
      fieldRef:
        fieldPath: metadata.namespace
  {{- with .Values.app.workspaceLabel }}
  - name: TASKGATE_IDENTITY_WORKSPACE
    valueFrom:
      fieldRef:
        fieldPath: {{ printf "metadata.labels['%s']" . | quote }}
  {{- end }}
  {{- with include "taskgate.tmuxTmpdir" . }}
  - name: TMUX_TMPDIR
    value: {{ . }}
  {{- end }}
  {{- with .Values.sidecar.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
ports:
  - name: taskgate
    containerPort: {{ .Values.sidecar.port | int64 }}
    protocol: TCP
  - name: taskgate-admin
    containerPort: {{ .Values.sidecar.adminPort | int64 }}
    protocol: TCP
volumeMounts:
  # A folder, not a subPath, which would never show a change.
  - name: taskgate-config
    mountPath: /etc/taskgate
    readOnly: true
  - {{ include "taskgate.tmuxMount" . | nindent 4 | trim }}
    readOnly: true
  {{- with .Values.sidecar.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- include "taskgate.probes" . | nindent 0 }}
lifecycle:
  preStop:
    exec:
      {{- if eq .Values.sidecar.mode "native" }}
      # It need not wait. At the pod's end the kubelet ends a native sidecar after the workspace, so the drain has its time; where
      # this container alone is to go, for another image, SIGTERM follows at once and makes the drain short.
      command: [taskgate, drain, --no-wait]
      {{- else }}
      command: [taskgate, drain]
      {{- end }}
securityContext:
  {{- include "taskgate.securityContext" . | nindent 2 }}
resources:
  {{- toYaml .Values.sidecar.resources | nindent 2 }}
terminationMessagePolicy: FallbackToLogsOnError
{{- end }}

{{/* Both ask the gate about itself, never about the workspace: a pod is ready only as a whole. There is no startupProbe: the
gate listens at once, and a kubelet (1.36.3, kubernetes#141155) that takes a container which came back for one that has started,
and then asks, closes the Service a second time. Readiness is asked each second, since that is how long a gate which came back may
wait for the Service. */}}
{{- define "taskgate.probes" -}}
readinessProbe:
  httpGet:
    path: /readyz
    port: {{ .Values.sidecar.adminPort | int64 }}
  periodSeconds: 1
  timeoutSeconds: 5
livenessProbe:
  httpGet:
    path: /livez
    port: {{ .Values.sidecar.adminPort | int64 }}
  periodSeconds: 10
  timeoutSeconds: 10
  failureThreshold: 6
  # Who has not answered for a minute has nothing to drain: the pod's whole time would only keep it from coming back.
  terminationGracePeriodSeconds: 5
{{- end }}

{{/* As the restricted Pod Security Standard has it, for all containers with the gate's image. */}}
{{- define "taskgate.securityContext" -}}
{{- $own := dict
      "runAsNonRoot" true
      "allowPrivilegeEscalation" false
      "readOnlyRootFilesystem" true
      "capabilities" (dict "drop" (list "ALL"))
      "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- with .Values.tmux.uid -}}
{{- $_ := set $own "runAsUser" (int64 .) -}}
{{- end -}}
{{- range $field, $value := .Values.sidecar.securityContext -}}
{{- $_ := set $own $field $value -}}
{{- end -}}
{{ toYaml $own }}
{{- end }}
