{{/*
What a PodMonitor and a ServiceMonitor say alike of how they scrape. Takes the monitor's values, and relabelings that come
before theirs: `include "taskgate.scrape" (list .Values.serviceMonitor $onePodOnce)`.
*/}}
{{- define "taskgate.scrape" -}}
{{- $monitor := index . 0 -}}
{{- $fields := dict
      "interval" $monitor.interval
      "scrapeTimeout" $monitor.scrapeTimeout
      "relabelings" (concat (rest . | first | default list) ($monitor.relabelings | default list))
      "metricRelabelings" $monitor.metricRelabelings -}}
{{- range $name, $value := $fields -}}
{{- if $value -}}
{{ toYaml (dict $name $value) }}
{{ end -}}
{{- end -}}
{{- end }}
