{{/*
What values.schema.json cannot say: values that are wrong only together. Each message names the values, and what to do.
*/}}
{{- define "taskgate.validate" -}}
{{- include "taskgate.validateConfig" . -}}
{{- include "taskgate.validateImage" . -}}
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

{{/* What the program would refuse in the ConfigMap, in its own words. */}}
{{- define "taskgate.validateConfig" -}}
{{- $faults := list -}}
{{- range $key, $allowed := .Files.Get "files/ranges.yaml" | fromYaml -}}
{{- $value := $.Values.config -}}
{{- range splitList "." $key -}}
{{- $value = get ($value | default dict) . -}}
{{- end -}}
{{- if not (has $value (list nil "")) -}}
{{- $bounds := regexFind "from .*" $allowed | splitList " " -}}
{{- $amount := include "taskgate.amount" $value | int64 -}}
{{- $isNone := and (hasPrefix "0 (none)" $allowed) (eq $amount 0) -}}
{{- $isLess := lt $amount (include "taskgate.amount" (index $bounds 1) | int64) -}}
{{- if and (not $isNone) (or $isLess (gt $amount (include "taskgate.amount" (index $bounds 3) | int64))) -}}
{{- $faults = append $faults (printf "config.%s: '%s' is out of range; use %s" $key (include "taskgate.text" $value) $allowed) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $faults -}}
{{- fail (join "\n" .) -}}
{{- end -}}
{{- include "taskgate.validateLists" . -}}
{{- include "taskgate.validateClasses" . -}}
{{- $admission := .Values.config.admission | default dict -}}
{{- $limit := $admission.body_limit | default "1MiB" -}}
{{- $total := $admission.body_total | default "16MiB" -}}
{{- if gt (include "taskgate.amount" $limit | int64) (include "taskgate.amount" $total | int64) -}}
{{- fail (printf "config.admission.body_limit (%s) is more than config.admission.body_total (%s)" (include "taskgate.text" $limit) (include "taskgate.text" $total)) -}}
{{- end -}}
{{- end }}

{{/* What the program would refuse in lists: what would be there twice, and what a rule waits. */}}
{{- define "taskgate.validateLists" -}}
{{- with (.Values.config.tmux | default dict).socket -}}
{{- if kindIs "slice" . -}}
{{- $paths := list -}}
{{- range . -}}
{{- $paths = append $paths (regexReplaceAll "/+" . "/" | trimSuffix "/") -}}
{{- end -}}
{{- range $paths -}}
{{- if or (has (dir .) $paths) (ne (len $paths) (len (uniq $paths))) -}}
{{- fail (printf "config.tmux.socket: the sessions of one socket would be counted twice: %s" (join ", " $paths)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.config.routes -}}
{{- if kindIs "map" . -}}
{{- $names := list -}}
{{- range .rules -}}
{{- if has .name $names -}}
{{- fail (printf "config.routes.rules: two rules have the name %s" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- if kindIs "map" .slots -}}
{{- if gt (.slots.default | default 1 | int64) (.slots.most | int64) -}}
{{- fail (printf "config.routes.rules: %s: slots has a default above most" .name) -}}
{{- end -}}
{{- end -}}
{{- if gt (include "taskgate.amount" (.settle | default 0) | int64) (include "taskgate.amount" "10m" | int64) -}}
{{- fail (printf "config.routes.rules: %s: settle: '%s' is out of range; use a duration from 0s to 10m" .name .settle) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* What the program would refuse in classes, each and all together, at the lowest limit of a workspace. */}}
{{- define "taskgate.validateClasses" -}}
{{- $names := list -}}
{{- $floors := 0 -}}
{{- range .Values.config.classes -}}
{{- if has .name $names -}}
{{- fail (printf "config.classes: two classes have the name %s" .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- $floors = add $floors (.floor | default 0 | int64) -}}
{{- if and (hasKey . "cap") (gt (.floor | default 0 | int64) (.cap | int64)) -}}
{{- fail (printf "config.classes: %s has a floor above its cap" .name) -}}
{{- end -}}
{{- $wait := include "taskgate.amount" (.wait | default 0) | int64 -}}
{{- $most := include "taskgate.amount" (.max_wait | default 0) | int64 -}}
{{- if or (gt $wait 86400000) (gt $most 86400000) -}}
{{- fail (printf "config.classes: %s waits longer than 24h" .name) -}}
{{- end -}}
{{- if and (gt $most 0) (lt $most $wait) -}}
{{- fail (printf "config.classes: %s has a max_wait below its wait" .name) -}}
{{- end -}}
{{- $routes := (.match | default dict).routes | default list -}}
{{- range kindIs "string" $routes | ternary (list $routes) $routes -}}
{{- include "taskgate.validateRouteName" (list $ .) -}}
{{- end -}}
{{- end -}}
{{- range .Values.workspaces -}}
{{- $workspace := include "taskgate.workspace" (list $ .) | fromJson -}}
{{- if gt $floors ($workspace.limit | int64) -}}
{{- fail (printf "config.classes: the floors of all classes (%d) are more than the limit of %s (%d)" $floors $workspace.name ($workspace.limit | int64)) -}}
{{- end -}}
{{- end -}}
{{- with .Values.config.inherited_class -}}
{{- if not (has . (append $names "default")) -}}
{{- fail (printf "config.inherited_class: '%s' is no class" .) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Whether a class asks for a rule that there is. The built-in names are those of the program. */}}
{{- define "taskgate.validateRouteName" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- $routes := $root.Values.config.routes | default "kube-coder" -}}
{{- $names := list -}}
{{- $use := $routes -}}
{{- if kindIs "map" $routes -}}
{{- range $routes.rules -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $use = $routes.use | default "kube-coder" -}}
{{- end -}}
{{- if eq $use "kube-coder" -}}
{{- $names = concat $names ($root.Files.Get "files/routes.yaml" | fromYamlArray) -}}
{{- end -}}
{{- if not (has $name $names) -}}
{{- fail (printf "config.classes: '%s' is the name of no rule" $name) -}}
{{- end -}}
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
