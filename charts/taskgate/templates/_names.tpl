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
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "taskgate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "taskgate.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
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
