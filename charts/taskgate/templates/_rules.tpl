{{/*
The groups of rules as Prometheus has them, as JSON. The files are rule files as they stand: names that values change are put
in, and each alert is as `prometheusRule` has it. A group that has nothing left is left out.
*/}}
{{- define "taskgate.ruleGroups" -}}
{{- $scope := . -}}
{{- $groups := list -}}
{{- range $path, $file := .Files.Glob "files/alerts*.yaml" -}}
{{- $given := toString $file
      | replace "container=\"ide\"" (printf "container=%q" $scope.Values.app.container)
      | replace "container=\"taskgate\"" (printf "container=%q" $scope.Values.sidecar.name)
      | replace "configmap=\"taskgate\"" (printf "configmap=%q" $scope.Values.configMap.name)
      | replace "port_number=\"6080\"" (printf "port_number=\"%d\"" (int64 $scope.Values.app.port))
      | fromYaml -}}
{{- range $group := $given.groups -}}
{{- $rules := list -}}
{{- range $rule := $group.rules -}}
{{- if not (hasKey $rule "alert") -}}
{{- $rules = append $rules $rule -}}
{{- else if dig $rule.alert "enabled" true ($scope.Values.prometheusRule.alerts | default dict) -}}
{{- $rules = append $rules (include "taskgate.alert" (list $scope $rule) | fromJson) -}}
{{- end -}}
{{- end -}}
{{- if $rules -}}
{{- $groups = append $groups (merge (dict "rules" $rules) $group) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $groups -}}
{{- end }}

{{/* One alert as the values have it, as JSON. Its own values go before those of all alerts. */}}
{{- define "taskgate.alert" -}}
{{- $values := (index . 0).Values.prometheusRule -}}
{{- $rule := index . 1 -}}
{{- $own := get ($values.alerts | default dict) $rule.alert | default dict -}}
{{- if hasKey $own "threshold" -}}
{{- if not (contains "# threshold" $rule.expr) -}}
{{- fail (printf "prometheusRule.alerts.%s.threshold: this alert compares with no number; leave it out" $rule.alert) -}}
{{- end -}}
{{- $_ := set $rule "expr" (regexReplaceAll "[0-9.]+ # threshold" $rule.expr (printf "%s # threshold" (toJson $own.threshold))) -}}
{{- end -}}
{{- with $own.for -}}
{{- $_ := set $rule "for" . -}}
{{- end -}}
{{- $link := include "taskgate.runbookLink" . -}}
{{- $annotations := empty $link | ternary $rule.annotations (merge (dict "runbook_url" $link) (omit $rule.annotations "runbook")) -}}
{{- $severity := empty $own.severity | ternary dict (dict "severity" $own.severity) -}}
{{- $_ := set $rule "labels" (merge dict ($own.labels | default dict) $severity ($values.alertLabels | default dict) $rule.labels) -}}
{{- $_ := set $rule "annotations" (merge dict ($own.annotations | default dict) ($values.alertAnnotations | default dict) $annotations) -}}
{{- toJson $rule -}}
{{- end }}

{{- define "taskgate.runbookPage" -}}
{{- if .Values.prometheusRule.runbookUrl -}}
{{ .Values.prometheusRule.runbookUrl }}
{{- else if .Chart.Home -}}
{{ trimSuffix "/" .Chart.Home }}/blob/v{{ .Chart.Version }}/docs/runbook.md
{{- end -}}
{{- end }}

{{/* Where the runbook speaks of an alert; empty where nobody said where the runbook is. */}}
{{- define "taskgate.runbookLink" -}}
{{- $page := include "taskgate.runbookPage" (index . 0) -}}
{{- $alert := (index . 1).alert -}}
{{- if hasSuffix "/" $page -}}
{{ $page }}{{ $alert }}
{{- else if $page -}}
{{ $page }}#{{ lower $alert }}
{{- end -}}
{{- end }}
