{{/*
Names and labels. Every named template of this chart takes the chart's own scope: `.` in its templates,
`.Subcharts.taskgate` in those of a chart that has it as a dependency.
*/}}

{{- define "taskgate.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "taskgate.fullname" -}}
{{- $name := include "taskgate.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "taskgate.labels" -}}
{{- include "taskgate.labelsWith" (list . dict) -}}
{{- end }}

{{/* The labels of an object that has some of its own: `include "taskgate.labelsWith" (list $ .Values.podMonitor.labels)`. */}}
{{- define "taskgate.labelsWith" -}}
{{- $scope := index . 0 -}}
{{- /* One mapping, in which no key can stand twice. */ -}}
{{- mergeOverwrite (dict) ($scope.Values.commonLabels | default dict) (index . 1 | default dict) (dict
      "helm.sh/chart" (printf "%s-%s" $scope.Chart.Name $scope.Chart.Version | replace "+" "_")
      "app.kubernetes.io/name" (include "taskgate.name" $scope)
      "app.kubernetes.io/instance" $scope.Release.Name
      "app.kubernetes.io/version" $scope.Chart.AppVersion
      "app.kubernetes.io/managed-by" $scope.Release.Service) | toYaml -}}
{{- end }}

{{/*
The annotations of an object, `annotations:` and all, or nothing: those of its own win over commonAnnotations. Takes the
scope and mappings of its own: `include "taskgate.annotations" (list $ .Values.dashboard.annotations)`.
*/}}
{{- define "taskgate.annotations" -}}
{{- $all := dict -}}
{{- range prepend (rest .) (first .).Values.commonAnnotations -}}
{{- $all = include "taskgate.over" (list $all .) | fromJson -}}
{{- end -}}
{{- with $all -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end }}

{{/* A registry of the values stands before the repository, or takes the place of the one that it names. */}}
{{- define "taskgate.image" -}}
{{- $repository := .Values.image.repository -}}
{{- with (.Values.global | default dict).imageRegistry | default .Values.image.registry -}}
{{- $repository = printf "%s/%s" . (regexReplaceAll "^([^/]*[.:][^/]*|localhost)/" $repository "") -}}
{{- end -}}
{{- with .Values.image.digest -}}
{{ $repository }}@{{ . }}
{{- else -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* Two mappings as one, in JSON: what the second says wins, key by key, be it 0 or false. Merge takes those for nothing. */}}
{{- define "taskgate.over" -}}
{{- $whole := deepCopy (index . 0 | default dict) -}}
{{- range $key, $value := index . 1 -}}
{{- $below := get $whole $key -}}
{{- if and (kindIs "map" $value) (kindIs "map" $below) -}}
{{- $_ := set $whole $key (include "taskgate.over" (list $below $value) | fromJson) -}}
{{- else -}}
{{- $_ := set $whole $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $whole -}}
{{- end }}

{{/*
One workspace of values.workspaces with what it leaves out filled in, as JSON. Takes the chart's scope and the entry:
`include "taskgate.workspace" (list $ .) | fromJson`.
*/}}
{{- define "taskgate.workspace" -}}
{{- $scope := index . 0 -}}
{{- $given := index . 1 -}}
{{- /* merge and default take a limit of 0 for none. */ -}}
{{- $whole := dict
      "namespace" $scope.Release.Namespace
      "limit" $scope.Values.limit
      "podLabels" (dict "app" $given.name) -}}
{{- range $key, $value := $given -}}
{{- $_ := set $whole $key $value -}}
{{- end -}}
{{- toJson $whole -}}
{{- end }}

{{/*
The values as they are for one workspace, as JSON: what its entry says of its pod in place of the chart's own. A limit of its
own goes before one that comes from memory. Takes the chart's scope and the entry.
*/}}
{{- define "taskgate.valuesOf" -}}
{{- $own := dict "tmux" ((index . 1).tmux | default dict) -}}
{{- if hasKey (index . 1) "limit" -}}
{{- $_ := set $own "limitFrom" (dict "memoryPerTask" "") -}}
{{- end -}}
{{- $values := include "taskgate.over" (list (index . 0).Values $own) | fromJson -}}
{{- with (index . 1).resources -}}
{{- $_ := set $values.sidecar "resources" . -}}
{{- end -}}
{{- toJson $values -}}
{{- end }}

{{/*
The gate's configuration of one workspace, as JSON: the preset's, over it the chart's, over it the entry's own. Takes the
chart's scope and the entry, which may be an empty mapping.
*/}}
{{- define "taskgate.config" -}}
{{- $scope := index . 0 -}}
{{- $given := index . 1 -}}
{{- $known := $scope.Files.Get "files/presets.yaml" | fromYaml -}}
{{- $preset := get $known.presets $scope.Values.preset -}}
{{- /* An entry's empty one is none, too. */ -}}
{{- $classes := get $known.classes (hasKey $given "classPreset" | ternary $given.classPreset $scope.Values.classPreset | default "-") -}}
{{- $config := dict -}}
{{- range list $preset.config (ternary (dict "classes" $classes) dict (not (empty $classes))) $scope.Values.config $given.config -}}
{{- $config = include "taskgate.over" (list $config .) | fromJson -}}
{{- end -}}
{{- toJson $config -}}
{{- end }}

{{/* A variable of the workspace's container, by the name of its value: `include "taskgate.variable" (list . "limitVariable")`. */}}
{{- define "taskgate.variable" -}}
{{- $scope := index . 0 -}}
{{- $name := index . 1 -}}
{{- $preset := get ($scope.Files.Get "files/presets.yaml" | fromYaml).presets $scope.Values.preset -}}
{{- get $scope.Values.app $name | default (get ($preset.app | default dict) $name) -}}
{{- end }}
