{{/*
What values.schema.json cannot say: values that are wrong only together. Each message names the values, and what to do.
*/}}
{{- define "taskgate.validate" -}}
{{- include "taskgate.validateConfigs" . -}}
{{- include "taskgate.validateImage" . -}}
{{- include "taskgate.validatePod" (list . "") -}}
{{- range .Values.workspaces -}}
{{- include "taskgate.validatePod" (list (dict "Values" (include "taskgate.valuesOf" (list $ .) | fromJson)) (printf "workspaces: %s: " .name)) -}}
{{- end -}}
{{- include "taskgate.validateResources" (list "helmTest.resources" .Values.helmTest.resources) -}}
{{- include "taskgate.validateMonitors" . -}}
{{- $namespaces := dict -}}
{{- range .Values.workspaces -}}
{{- $workspace := include "taskgate.workspace" (list $ .) | fromJson -}}
{{- if hasKey $namespaces $workspace.namespace -}}
{{- fail (printf "workspaces: %s and %s share the namespace %s, where there is one ConfigMap %s; install a second release with another configMap.name for one of them, and with injection.admissionPolicy give each release the objectLabels of its workspace" (get $namespaces $workspace.namespace) $workspace.name $workspace.namespace $.Values.configMap.name) -}}
{{- end -}}
{{- $_ := set $namespaces $workspace.namespace $workspace.name -}}
{{- end -}}
{{- range $at, $labels := dict
      "commonLabels" .Values.commonLabels
      "podMonitor.labels" .Values.podMonitor.labels
      "serviceMonitor.labels" .Values.serviceMonitor.labels
      "prometheusRule.labels" .Values.prometheusRule.labels
      "dashboard.labels" .Values.dashboard.labels -}}
{{- range $key, $value := $labels -}}
{{- if regexMatch "^(helm.sh/chart|app.kubernetes.io/(name|instance|version|managed-by|component))$" $key -}}
{{- fail (printf "%s: %s is a label that the chart itself sets; leave it out" $at $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := .Values.commonAnnotations -}}
{{- if hasPrefix "helm.sh/" $key -}}
{{- fail (printf "commonAnnotations: %s would be on every object, and tells Helm what to do with it; leave it out" $key) -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := .Values.podAnnotations -}}
{{- if hasPrefix "taskgate.dev/" $key -}}
{{- fail (printf "podAnnotations: %s would change nothing, since it comes with the gate; use the values for it, or the workspace's own pod template" $key) -}}
{{- end -}}
{{- end -}}
{{- if gt (int .Values.drain.notice) (int .Values.drain.seconds) -}}
{{- fail (printf "drain.notice (%d) is longer than drain.seconds (%d), which it is a part of; make it smaller" (int .Values.drain.notice) (int .Values.drain.seconds)) -}}
{{- end -}}
{{- if eq .Values.sidecar.name .Values.app.container -}}
{{- fail (printf "sidecar.name and app.container are both %s: no pod can have two containers of one name, and the policy would take the workspace for its gate" .Values.sidecar.name) -}}
{{- end -}}
{{- $limitVariable := include "taskgate.variable" (list . "limitVariable") -}}
{{- $urlVariable := include "taskgate.variable" (list . "urlVariable") -}}
{{- if and $limitVariable (eq $limitVariable $urlVariable) -}}
{{- fail (printf "app.limitVariable and app.urlVariable are both %s: a variable has one value, and the workspace would read the URL for its limit or the limit for a URL; name two" $limitVariable) -}}
{{- end -}}
{{- range $at, $variable := dict "limitVariable" $limitVariable "urlVariable" $urlVariable -}}
{{- if eq $variable "TMUX_TMPDIR" -}}
{{- fail (printf "app.%s: TMUX_TMPDIR says where tmux makes its sockets, and the gate would look elsewhere; use another" $at) -}}
{{- end -}}
{{- end -}}
{{- $dashboard := printf "%s-dashboard" (include "taskgate.fullname" .) -}}
{{- if and .Values.dashboard.enabled (eq .Values.configMap.name $dashboard) -}}
{{- fail (printf "configMap.name: %s is the name of the dashboard's ConfigMap; use another" $dashboard) -}}
{{- end -}}
{{- $portName := .Values.injection.admissionPolicy.portName -}}
{{- if has $portName (list "ungated" "taskgate-admin") -}}
{{- fail (printf "injection.admissionPolicy.portName: %s is the name of another port of a gated pod; use the one that the workspace's pods have for the port %d" $portName (int .Values.app.port)) -}}
{{- end -}}
{{- if eq (int .Values.sidecar.port) (int .Values.sidecar.adminPort) -}}
{{- fail "sidecar.port and sidecar.adminPort are the same port" -}}
{{- end -}}
{{- if has (int .Values.app.port) (list (int .Values.sidecar.port) (int .Values.sidecar.adminPort)) -}}
{{- fail "app.port is also a port of the sidecar: the containers of a pod share their ports" -}}
{{- end -}}
{{- if and (eq .Values.sidecar.mode "native") (semverCompare "<1.29.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "sidecar.mode native needs Kubernetes 1.29, and this is %s; set sidecar.mode to classic" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- if and (eq .Values.app.preStop "sleep") (semverCompare "<1.30.0-0" .Capabilities.KubeVersion.Version) -}}
{{- fail (printf "app.preStop sleep needs Kubernetes 1.30, and this is %s; set app.preStop to exec" .Capabilities.KubeVersion.Version) -}}
{{- end -}}
{{- end }}

{{/*
A pod whose sidecar cannot be pulled does not start, and the policy puts it into every new one. A name without a registry
is that of an official image, `localhost/` that of one which an engine has built and nobody has pushed.
*/}}
{{- define "taskgate.validateImage" -}}
{{- $image := include "taskgate.image" . -}}
{{- if and .Values.injection.admissionPolicy.enabled (ne .Values.image.pullPolicy "Never") (regexMatch "^(localhost/|[^/]+$)" $image) -}}
{{- fail (printf "image.repository: no node can pull %s, so that with injection.admissionPolicy no workspace would start; say where you pushed it, or set image.pullPolicy to Never if each node has it" $image) -}}
{{- end -}}
{{- end }}

{{/*
What the API server would refuse of a pod. Takes a scope, and the words before a message: the values may be those of one
workspace.
*/}}
{{- define "taskgate.validatePod" -}}
{{- $values := (index . 0).Values -}}
{{- $at := index . 1 -}}
{{- if and (eq $values.tmux.share "subPath") (not $values.tmux.uid) -}}
{{- fail (printf "%stmux.share subPath mounts at /tmp/tmux-<uid>, so tmux.uid may not be empty; use tmpdir" $at) -}}
{{- end -}}
{{- include "taskgate.validateResources" (list (printf "%ssidecar.resources" $at) $values.sidecar.resources) -}}
{{- $names := list "TMUX_TMPDIR" -}}
{{- range $values.sidecar.extraEnv -}}
{{- if or (hasPrefix "TASKGATE_" .name) (has .name (list "KC_MAX_TASKS" "TMUX_TMPDIR")) -}}
{{- fail (printf "sidecar.extraEnv: %s is a setting of the gate, and would go before the ConfigMap; use the values for it, or config" .name) -}}
{{- end -}}
{{- if has .name $names -}}
{{- fail (printf "sidecar.extraEnv: %s is there twice" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $volumes := list "taskgate-config" "taskgate-tmux" -}}
{{- range $values.sidecar.extraVolumes -}}
{{- if has .name $volumes -}}
{{- fail (printf "sidecar.extraVolumes: two volumes would have the name %s" .name) -}}
{{- end -}}
{{- $volumes = append $volumes .name -}}
{{- end -}}
{{- $tmux := include "taskgate.tmuxMount" (index . 0) | fromYaml -}}
{{- $paths := list "/etc/taskgate" $tmux.mountPath -}}
{{- if has $tmux.mountPath (list "/etc/taskgate") -}}
{{- fail (printf "%stmux: /etc/taskgate is where the gate's configuration is mounted; choose another mountPath" $at) -}}
{{- end -}}
{{- /* Programs of the workspace write there, and the volume has 1Mi. */ -}}
{{- if and (eq $values.tmux.share "tmpdir") (regexMatch "^/(bin|boot|dev|dev/shm|etc|home|lib|lib64|opt|proc|root|run|sbin|srv|sys|tmp|usr|var|var/run|var/tmp)$" $tmux.mountPath) -}}
{{- fail (printf "%stmux.mountPath: %s of the workspace would be hidden by a volume of 1Mi; use a folder that nothing else is in, such as /run/tmux, or share subPath" $at $tmux.mountPath) -}}
{{- end -}}
{{- /* The socket is tmux-<uid>/default below it, a user id has ten digits at most, and a socket's path 107 bytes. */ -}}
{{- $folder := include "taskgate.tmuxTmpdir" (index . 0) -}}
{{- if gt (len $folder) 83 -}}
{{- fail (printf "%stmux.existing: %s is too long for TMUX_TMPDIR, which may have 83 bytes; choose a shorter folder" $at $folder) -}}
{{- end -}}
{{- range $values.sidecar.extraVolumeMounts -}}
{{- if has .mountPath $paths -}}
{{- fail (printf "sidecar.extraVolumeMounts: two mounts would be at %s" .mountPath) -}}
{{- end -}}
{{- $paths = append $paths .mountPath -}}
{{- end -}}
{{- end }}

{{/* A container that asks for more than it may have is refused. Takes the value's name and the value. */}}
{{- define "taskgate.validateResources" -}}
{{- $at := index . 0 -}}
{{- $resources := index . 1 -}}
{{- range $name, $limit := $resources.limits -}}
{{- if hasKey $resources.requests $name -}}
{{- $request := get $resources.requests $name -}}
{{- if gt (include "taskgate.quantity" $request | float64) (include "taskgate.quantity" $limit | float64) -}}
{{- fail (printf "%s: requests.%s (%v) is more than limits.%s (%v)" $at $name $request $name $limit) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* A quantity of Kubernetes as a plain number. */}}
{{- define "taskgate.quantity" -}}
{{- $text := toString . -}}
{{- $unit := regexFind "[A-Za-z]*$" $text -}}
{{- $factors := dict "" 1 "m" 0.001 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 -}}
{{- mulf (trimSuffix $unit $text | float64) (get $factors $unit) -}}
{{- end }}

{{- define "taskgate.validateMonitors" -}}
{{- if and .Values.podMonitor.enabled .Values.serviceMonitor.enabled -}}
{{- fail "podMonitor.enabled and serviceMonitor.enabled: each gate would be scraped twice; enable one" -}}
{{- end -}}
{{- range $at := list "podMonitor" "serviceMonitor" -}}
{{- $monitor := get $.Values $at -}}
{{- if and $monitor.interval $monitor.scrapeTimeout -}}
{{- if gt (include "taskgate.milliseconds" $monitor.scrapeTimeout | int64) (include "taskgate.milliseconds" $monitor.interval | int64) -}}
{{- fail (printf "%s.scrapeTimeout (%s) is longer than %s.interval (%s), and Prometheus would refuse it" $at $monitor.scrapeTimeout $at $monitor.interval) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.serviceMonitor.enabled (regexMatch "^[0-9]|[.]" (include "taskgate.fullname" .)) -}}
{{- fail (printf "serviceMonitor: a Service's name begins with a letter and has no dots, and %s-metrics is none; set fullnameOverride" (include "taskgate.fullname" .)) -}}
{{- end -}}
{{- end }}

{{/* A duration of Prometheus, which may have several parts: 1m30s. */}}
{{- define "taskgate.milliseconds" -}}
{{- $sum := 0 -}}
{{- range regexFindAll "[0-9]+[a-z]+" . -1 -}}
{{- $sum = add $sum (include "taskgate.amount" . | int64) -}}
{{- end -}}
{{- $sum -}}
{{- end }}

{{/* One text, a list of them, or nothing, as a list in JSON. */}}
{{- define "taskgate.texts" -}}
{{- kindIs "slice" . | ternary . (list .) | compact | toJson -}}
{{- end }}

{{/* A number without an exponent, and any other value as it is: values files hold numbers as float64. */}}
{{- define "taskgate.text" -}}
{{- kindIs "string" . | ternary . (int64 . | toString) -}}
{{- end }}

{{/* A duration in milliseconds, a size in bytes, a count as it is. */}}
{{- define "taskgate.amount" -}}
{{- $text := include "taskgate.text" . -}}
{{- $unit := regexFind "[A-Za-z]*$" $text -}}
{{- $factors := dict "" 1 "ms" 1 "s" 1000 "m" 60000 "h" 3600000
      "B" 1 "kB" 1000 "MB" 1000000 "GB" 1000000000 "KiB" 1024 "MiB" 1048576 "GiB" 1073741824 -}}
{{- mul (trimSuffix $unit $text) (get $factors $unit) -}}
{{- end }}
