{{/*
What values.schema.json cannot say: values that are wrong only together. Each message names the values, and what to do.
*/}}
{{- define "taskgate.validate" -}}
{{- $namespaces := dict -}}
{{- range .Values.workspaces -}}
{{- $workspace := include "taskgate.workspace" (list $ .) | fromJson -}}
{{- if hasKey $namespaces $workspace.namespace -}}
{{- fail (printf "workspaces: %s and %s share the namespace %s, where there is one ConfigMap %s; install a second release with another configMap.name for one of them" (get $namespaces $workspace.namespace) $workspace.name $workspace.namespace $.Values.configMap.name) -}}
{{- end -}}
{{- $_ := set $namespaces $workspace.namespace $workspace.name -}}
{{- end -}}
{{- if gt (int .Values.drain.notice) (int .Values.drain.seconds) -}}
{{- fail "drain.notice is longer than drain.seconds, which it is a part of" -}}
{{- end -}}
{{- if eq (int .Values.sidecar.port) (int .Values.sidecar.adminPort) -}}
{{- fail "sidecar.port and sidecar.adminPort are the same port" -}}
{{- end -}}
{{- if has (int .Values.app.port) (list (int .Values.sidecar.port) (int .Values.sidecar.adminPort)) -}}
{{- fail "app.port is also a port of the sidecar: the containers of a pod share their ports" -}}
{{- end -}}
{{- if and .Values.podMonitor.enabled .Values.serviceMonitor.enabled -}}
{{- fail "podMonitor.enabled and serviceMonitor.enabled: each gate would be scraped twice; enable one" -}}
{{- end -}}
{{- if and (eq .Values.sidecar.mode "native") (semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "sidecar.mode native needs Kubernetes 1.29, and this is %s; set sidecar.mode to classic" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if and (eq .Values.app.preStop "sleep") (semverCompare "<1.30.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "app.preStop sleep needs Kubernetes 1.30, and this is %s; set app.preStop to exec" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- end }}
