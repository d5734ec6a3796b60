{{/*
Helpers for the admission policies, whose expressions are in CEL.
*/}}

{{/*
Any value as a CEL literal. CEL wants the elements of a literal to be of one type, which dyn() makes them where they are
not all strings.
*/}}
{{- define "taskgate.cel" -}}
{{- $mixed := false -}}
{{- if or (kindIs "map" .) (kindIs "slice" .) -}}
{{- range . -}}
{{- $mixed = or $mixed (not (kindIs "string" .)) -}}
{{- end -}}
{{- end -}}
{{- if not $mixed -}}
{{ toJson . }}
{{- else if kindIs "map" . -}}
{
{{- range $key, $value := . }}
  {{ toJson $key }}: dyn({{ include "taskgate.cel" $value | nindent 2 | trim }}),
{{- end }}
}
{{- else -}}
[
{{- range . }}
  dyn({{ include "taskgate.cel" . | nindent 2 | trim }}),
{{- end }}
]
{{- end -}}
{{- end }}

{{/*
The patches that append the elements of the list `items` to the list at the JSON pointer `path`, after making that
list where `has` is false. All three are CEL.
*/}}
{{- define "taskgate.celAppend" -}}
({{ .has }} || size({{ .items }}) == 0
  ? []
  : [JSONPatch{op: "add", path: {{ .path }}, value: []}]) +
{{ .items }}.map(item, JSONPatch{op: "add", path: {{ .path }} + "/-", value: item})
{{- end }}

{{/*
One part of what pods get, as CEL: the release's, and where workspaces have another one, theirs by their namespaces. Takes the
part's name, the release's parts, and those of others as a mapping from their JSON to the namespaces.
*/}}
{{- define "taskgate.celPart" -}}
{{- $part := .part -}}
{{- $usual := get .usual $part -}}
{{- $byValue := dict -}}
{{- range $json, $namespaces := .others -}}
{{- $value := get (fromJson $json) $part -}}
{{- if ne (toJson $value) (toJson $usual) -}}
{{- $_ := set $byValue (toJson $value) (concat (get $byValue (toJson $value) | default list) $namespaces) -}}
{{- end -}}
{{- end -}}
{{- range $json, $namespaces := $byValue -}}
request.namespace in {{ toJson $namespaces }} ? {{ include "taskgate.cel" (printf "{\"it\":%s}" $json | fromJson).it }} :
{{ end -}}
{{- include "taskgate.cel" $usual -}}
{{- end }}

{{/*
All that goes into a pod, as JSON. The gate takes over the name of the workspace's port, by which the Service finds it.
*/}}
{{- define "taskgate.celParts" -}}
{{- $scope := . -}}
{{- $parts := dict -}}
{{- range list "initContainers" "containers" "volumes" "appVolumeMounts" "appEnv" -}}
{{- $_ := set $parts . (include (printf "taskgate.%s" .) $scope | fromYamlArray) -}}
{{- end -}}
{{- range list "appLifecycle" "podLabels" "podAnnotations" -}}
{{- $_ := set $parts . (include (printf "taskgate.%s" .) $scope | fromYaml) -}}
{{- end -}}
{{- range concat $parts.initContainers $parts.containers -}}
{{- range .ports -}}
{{- if eq (int .containerPort) (int $scope.Values.sidecar.port) -}}
{{- $_ := set . "name" $scope.Values.injection.admissionPolicy.portName -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $parts -}}
{{- end }}

{{/* v1 came with Kubernetes 1.36, v1beta1 with 1.34. */}}
{{- define "taskgate.admissionApiVersion" -}}
{{- if semverCompare ">=1.36.0-0" .Capabilities.KubeVersion.Version -}}
admissionregistration.k8s.io/v1
{{- else if semverCompare ">=1.34.0-0" .Capabilities.KubeVersion.Version -}}
admissionregistration.k8s.io/v1beta1
{{- else -}}
{{- $instead := "use the kustomize component or the named templates" -}}
{{- fail (printf "injection.admissionPolicy needs Kubernetes 1.34 or newer, and this is %s; %s" .Capabilities.KubeVersion.Version $instead) -}}
{{- end -}}
{{- end }}

{{/* Where a policy applies: the namespaces that are selected, less what is labelled as left out. */}}
{{- define "taskgate.admissionBinding" -}}
policyName: {{ .policy }}
matchResources:
  namespaceSelector:
    {{- toYaml .scope.Values.injection.admissionPolicy.namespaceSelector | nindent 4 }}
  objectSelector:
    {{- with .scope.Values.injection.admissionPolicy.objectLabels }}
    matchLabels:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    matchExpressions:
      - key: taskgate.dev/inject
        operator: NotIn
        values: ["false"]
{{- end }}
