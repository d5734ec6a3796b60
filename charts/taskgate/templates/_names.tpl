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

{{/* global.imageRegistry takes the place of a registry that the repository names, or stands before it. */}}
{{- define "taskgate.image" -}}
{{- $repository := .Values.image.repository -}}
{{- with (.Values.global | default dict).imageRegistry -}}
{{- $repository = printf "%s/%s" . (regexReplaceAll "^([^/]*[.:][^/]*|localhost)/" $repository "") -}}
{{- end -}}
{{- with .Values.image.digest -}}
{{ $repository }}@{{ . }}
{{- else -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
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
