{{/*
The next step of one workspace that the cluster shows to be missing; empty where none is, or where nothing can be seen. Takes
the chart's scope and the entry. Only where `notes.readCluster` asks for it: a `lookup` that the cluster forbids fails the install.
*/}}
{{- define "taskgate.nextStep" -}}
{{- $scope := index . 0 -}}
{{- $workspace := include "taskgate.workspace" . | fromJson -}}
{{- $policy := $scope.Values.injection.admissionPolicy -}}
{{- $namespace := lookup "v1" "Namespace" "" $workspace.namespace -}}
{{- if $namespace -}}
{{- $missing := list -}}
{{- range $key, $value := $policy.namespaceSelector.matchLabels -}}
{{- if ne (get ($namespace.metadata.labels | default dict) $key) $value -}}
{{- $missing = append $missing (printf "%s=%s" $key $value) -}}
{{- end -}}
{{- end -}}
{{- $service := lookup "v1" "Service" $workspace.namespace $workspace.name -}}
{{- if $missing -}}
have the policy apply to the namespace:
    kubectl label namespace {{ $workspace.namespace }} {{ join " " $missing }}
{{- else if not $service -}}
deploy the workspace {{ $workspace.name }}: there is no Service of that name in {{ $workspace.namespace }}.
{{- else -}}
{{- include "taskgate.nextStepOfService" (list $scope $workspace $service) | default
      (include "taskgate.nextStepOfPods" (list $scope $workspace (index . 1))) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "taskgate.nextStepOfService" -}}
{{- $values := (index . 0).Values -}}
{{- $workspace := index . 1 -}}
{{- $leads := list -}}
{{- range (index . 2).spec.ports -}}
{{- if eq (int64 .port) (int64 $values.service.port) -}}
{{- $leads = append $leads (toString .targetPort) -}}
{{- end -}}
{{- end -}}
{{- if not $leads -}}
set service.port: the Service {{ $workspace.name }} has no port {{ $values.service.port | int64 }}.
{{- else if not (has (first $leads) (list $values.injection.admissionPolicy.portName (toString (int64 $values.sidecar.port)))) -}}
have the Service written again, so that the policy turns it to the gate:
    kubectl annotate service {{ $workspace.name }} -n {{ $workspace.namespace }} --overwrite taskgate.dev/gated-at="$(date -Is)"
{{- end -}}
{{- end }}

{{- define "taskgate.nextStepOfPods" -}}
{{- $scope := index . 0 -}}
{{- $workspace := index . 1 -}}
{{- $own := dict "Values" (include "taskgate.valuesOf" (list $scope (index . 2)) | fromJson) "Chart" $scope.Chart "Files" $scope.Files -}}
{{- $settings := include "taskgate.settings" $own -}}
{{- $bare := list -}}
{{- $behind := list -}}
{{- range (lookup "v1" "Pod" $workspace.namespace "").items -}}
{{- $labels := .metadata.labels | default dict -}}
{{- $isOurs := true -}}
{{- range $key, $value := $workspace.podLabels -}}
{{- $isOurs = and $isOurs (eq (get $labels $key) $value) -}}
{{- end -}}
{{- if $isOurs -}}
{{- $gates := list -}}
{{- range concat (.spec.initContainers | default list) .spec.containers -}}
{{- if eq .name $scope.Values.sidecar.name -}}
{{- $gates = append $gates .name -}}
{{- end -}}
{{- end -}}
{{- if not $gates -}}
{{- $bare = append $bare .metadata.name -}}
{{- else if ne (get $labels "taskgate.dev/settings") $settings -}}
{{- $behind = append $behind .metadata.name -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if $bare -}}
restart the workspace at a good time, since that ends its sessions; {{ join ", " $bare }} has no gate:
    kubectl rollout restart deployment {{ $workspace.name }} -n {{ $workspace.namespace }}
{{- else if $behind -}}
nothing is urgent: {{ join ", " $behind }} has a gate with other settings than this release's. It gets these with its next pod.
{{- end -}}
{{- end }}

{{/*
What is wrong where the gate's container may have less memory than its configuration lets it need (`limits.held` in
docs/configuration.md); else empty. It is the worst case, so it is told and not refused. Takes the chart's scope, the entry, and
the entry's whole configuration.
*/}}
{{- define "taskgate.memoryShort" -}}
{{- $resources := (include "taskgate.valuesOf" (list (index . 0) (index . 1)) | fromJson).sidecar.resources -}}
{{- $limits := (index . 2).limits | default dict -}}
{{- $held := include "taskgate.amount" ($limits.held | default "32MiB") | int64 -}}
{{- $connections := include "taskgate.amount" ($limits.connections | default 10000) | int64 -}}
{{- $most := add 8388608 (max (div (mul $held 7) 4) (add (div $held 4) (mul 4096 $connections))) -}}
{{- with $resources.limits.memory -}}
{{- if gt (float64 $most) (include "taskgate.quantity" . | float64) -}}
the gate of {{ (index $ 1).name }} may need {{ div (add $most 1048575) 1048576 }}Mi of memory (config.limits), and its container has {{ . }}
(limits.memory of its resources), above which the kernel ends it: raise this, or lower limits.held or limits.connections.
{{- end -}}
{{- end -}}
{{- end }}
