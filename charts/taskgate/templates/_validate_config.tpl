{{/*
What the program would refuse in the ConfigMaps, in its own words. Each of these templates takes a mapping: `scope` is the
chart's, `config` the configuration as it goes into a ConfigMap, `at` the words before a message, `classes` the value that its
classes are from.
*/}}
{{- define "taskgate.validateConfigs" -}}
{{- include "taskgate.validateConfig" (dict "scope" . "at" "" "classes" (include "taskgate.classesFrom" (list . dict))
      "config" (include "taskgate.config" (list . dict) | fromJson)) -}}
{{- range .Values.workspaces -}}
{{- $workspace := include "taskgate.workspace" (list $ .) | fromJson -}}
{{- $whole := dict "scope" $ "at" (printf "workspaces: %s: " .name) "classes" (include "taskgate.classesFrom" (list $ .))
      "config" (include "taskgate.config" (list $ .) | fromJson) -}}
{{- if or .config (hasKey . "classPreset") -}}
{{- include "taskgate.validateConfig" $whole -}}
{{- end -}}
{{- $floors := 0 -}}
{{- range $whole.config.classes -}}
{{- $floors = add $floors (.floor | default 0 | int64) -}}
{{- end -}}
{{- if gt $floors ($workspace.limit | int64) -}}
{{- fail (printf "%s: the floors of all classes (%d) are more than the limit of %s (%d)" $whole.classes $floors $workspace.name ($workspace.limit | int64)) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The value that the classes are from. Takes the chart's scope and the entry. */}}
{{- define "taskgate.classesFrom" -}}
{{- $values := (index . 0).Values -}}
{{- $given := index . 1 -}}
{{- $preset := hasKey $given "classPreset" | ternary $given.classPreset $values.classPreset -}}
{{- $own := or (hasKey ($values.config | default dict) "classes") (hasKey ($given.config | default dict) "classes") -}}
{{- if or $own (not $preset) -}}config.classes{{- else -}}classPreset {{ $preset }}{{- end -}}
{{- end }}

{{- define "taskgate.validateConfig" -}}
{{- $faults := list -}}
{{- range $key, $allowed := .scope.Files.Get "files/ranges.yaml" | fromYaml -}}
{{- $value := $.config -}}
{{- range splitList "." $key -}}
{{- $value = get ($value | default dict) . -}}
{{- end -}}
{{- if not (has $value (list nil "")) -}}
{{- $bounds := regexFind "from .*" $allowed | splitList " " -}}
{{- $amount := include "taskgate.amount" $value | int64 -}}
{{- $isNone := and (hasPrefix "0 (none)" $allowed) (eq $amount 0) -}}
{{- $isLess := lt $amount (include "taskgate.amount" (index $bounds 1) | int64) -}}
{{- if and (not $isNone) (or $isLess (gt $amount (include "taskgate.amount" (index $bounds 3) | int64))) -}}
{{- $faults = append $faults (printf "%sconfig.%s: '%s' is out of range; use %s" $.at $key (include "taskgate.text" $value) $allowed) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with $faults -}}
{{- fail (join "\n" .) -}}
{{- end -}}
{{- include "taskgate.validateLists" . -}}
{{- include "taskgate.validateClasses" . -}}
{{- $admission := .config.admission | default dict -}}
{{- $limit := $admission.body_limit | default "1MiB" -}}
{{- $total := $admission.body_total | default "16MiB" -}}
{{- if gt (include "taskgate.amount" $limit | int64) (include "taskgate.amount" $total | int64) -}}
{{- fail (printf "%sconfig.admission.body_limit (%s) is more than config.admission.body_total (%s)" .at (include "taskgate.text" $limit) (include "taskgate.text" $total)) -}}
{{- end -}}
{{- end }}

{{/* What the program would refuse in lists: what would be there twice, and what a rule waits. */}}
{{- define "taskgate.validateLists" -}}
{{- with .config.tmux -}}
{{- include "taskgate.validateOneText" (list (printf "%sconfig.tmux.match" $.at) "pattern" .match) -}}
{{- include "taskgate.validateOneText" (list (printf "%sconfig.tmux.socket" $.at) "path" .socket) -}}
{{- $paths := list -}}
{{- range include "taskgate.texts" .socket | fromJsonArray -}}
{{- if gt (len .) 107 -}}
{{- fail (printf "%sconfig.tmux.socket: %s is longer than the 107 bytes that a socket's path may have" $.at .) -}}
{{- end -}}
{{- $paths = append $paths (regexReplaceAll "/+" . "/" | trimSuffix "/") -}}
{{- end -}}
{{- range $paths -}}
{{- if or (has (dir .) $paths) (ne (len $paths) (len (uniq $paths))) -}}
{{- fail (printf "%sconfig.tmux.socket: the sessions of one socket would be counted twice: %s" $.at (join ", " $paths)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .config.routes -}}
{{- if kindIs "map" . -}}
{{- include "taskgate.validateOneText" (list (printf "%sconfig.routes.bodies_on_get" $.at) "path" .bodies_on_get) -}}
{{- $names := list -}}
{{- $builtIn := ternary ($.scope.Files.Get "files/routes.yaml" | fromYamlArray) list (eq (.use | default "kube-coder") "kube-coder") -}}
{{- range concat (.rules | default list) (.ends | default list) -}}
{{- include "taskgate.validatePaths" (list $ .) -}}
{{- end -}}
{{- range .rules -}}
{{- if eq .name "other" -}}
{{- fail (printf "%sconfig.routes.rules: the name other is reserved; use another" $.at) -}}
{{- end -}}
{{- if and (eq (.starts | default "task") "elsewhere") (hasKey . "slots") -}}
{{- fail (printf "%sconfig.routes.rules: %s: nothing is reserved for a rule that starts its task elsewhere; leave slots out" $.at .name) -}}
{{- end -}}
{{- if has .name $builtIn -}}
{{- fail (printf "%sconfig.routes.rules: %s is the name of a built-in rule; use another, or use: none" $.at .name) -}}
{{- end -}}
{{- if has .name $names -}}
{{- fail (printf "%sconfig.routes.rules: two rules have the name %s" $.at .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- if kindIs "map" .slots -}}
{{- if gt (.slots.default | default 1 | int64) (.slots.most | int64) -}}
{{- fail (printf "%sconfig.routes.rules: %s: slots has a default above most" $.at .name) -}}
{{- end -}}
{{- end -}}
{{- if gt (include "taskgate.amount" (.settle | default 0) | int64) (include "taskgate.amount" "10m" | int64) -}}
{{- fail (printf "%sconfig.routes.rules: %s: settle: '%s' is out of range; use a duration from 0s to 10m" $.at .name .settle) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/*
Of several in one text nothing would match, and only the gate's log would say so: variables take them, files do not. Takes the
words before the message, what one is, and the value.
*/}}
{{- define "taskgate.validateOneText" -}}
{{- $value := index . 2 -}}
{{- if and (kindIs "string" $value) (contains "," ($value | toString)) -}}
{{- fail (printf "%s: '%s' is one %s, with a comma in it; write a list, [a, b], also of one where the comma is meant" (index . 0) $value (index . 1)) -}}
{{- end -}}
{{- end }}

{{/* What the program would refuse in one rule's paths. Takes the mapping, and the rule. */}}
{{- define "taskgate.validatePaths" -}}
{{- $at := printf "%sconfig.routes" (index . 0).at -}}
{{- with index . 1 -}}
{{- include "taskgate.validateOneText" (list (printf "%s: prefixes of %s" $at .path) "prefix" .prefixes) -}}
{{- if ne (.spelling | default "normalized") "exact" -}}
{{- range include "taskgate.texts" .prefixes | fromJsonArray | concat (list .path) -}}
{{- if regexMatch "[%\\\\;]|//|/[.][.]?(/|$)|./$" . -}}
{{- fail (printf "%s: %s can never match with spelling normalized; use no slash at its end, no '//', '.', '..', '%%', '\\' or ';'" $at .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $variables := regexFindAll "[{][a-z][a-z0-9_]*" .path -1 -}}
{{- if ne (len $variables) (len (uniq $variables)) -}}
{{- fail (printf "%s: %s has a variable twice" $at .path) -}}
{{- end -}}
{{- $path := .path -}}
{{- range regexFindAll "[{][a-z0-9_]+:\\[[^}]*\\][}]" .path -1 -}}
{{- include "taskgate.validateClass" (list (printf "%s: %s" $at $path) (regexReplaceAll "^[^[]*\\[|\\][}]$" . "")) -}}
{{- end -}}
{{- with (.kind | default dict).path -}}
{{- $parts := splitn (printf "%s}" ($variables | default (list " ") | first)) 2 . -}}
{{- if regexMatch "[{}]" (printf "%s%s" $parts._0 ($parts._1 | default "")) -}}
{{- fail (printf "%s: kind.path %s may have one variable, the first of the rule's path" $at .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* What the program would refuse in a variable's class of characters. Takes the words before the message, and what stands in brackets. */}}
{{- define "taskgate.validateClass" -}}
{{- $at := index . 0 -}}
{{- range regexFindAll "(?s).-.|." (index . 1) -1 -}}
{{- $first := regexFind "(?s)^." . -}}
{{- $last := regexFind "(?s).$" . -}}
{{- if gt $first $last -}}
{{- fail (printf "%s: a range of a class must go upwards" $at) -}}
{{- end -}}
{{- if and (le $first "/") (ge $last "/") -}}
{{- fail (printf "%s: a class must not contain '/'" $at) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* What the program would refuse in classes, each and all together. */}}
{{- define "taskgate.validateClasses" -}}
{{- $names := list -}}
{{- range .config.classes -}}
{{- if has .name $names -}}
{{- fail (printf "%s%s: two classes have the name %s" $.at $.classes .name) -}}
{{- end -}}
{{- $names = append $names .name -}}
{{- if and (eq .name "default") (hasKey . "match") -}}
{{- fail (printf "%s%s: the class default has what no other takes; leave its match out" $.at $.classes) -}}
{{- end -}}
{{- if and (hasKey . "cap") (gt (.floor | default 0 | int64) (.cap | int64)) -}}
{{- fail (printf "%s%s: %s has a floor above its cap" $.at $.classes .name) -}}
{{- end -}}
{{- $wait := include "taskgate.amount" (.wait | default 0) | int64 -}}
{{- $most := include "taskgate.amount" (.max_wait | default 0) | int64 -}}
{{- if or (gt $wait 86400000) (gt $most 86400000) -}}
{{- fail (printf "%s%s: %s waits longer than 24h" $.at $.classes .name) -}}
{{- end -}}
{{- if and (gt $most 0) (lt $most $wait) -}}
{{- fail (printf "%s%s: %s has a max_wait below its wait" $.at $.classes .name) -}}
{{- end -}}
{{- range include "taskgate.texts" (.match | default dict).routes | fromJsonArray -}}
{{- include "taskgate.validateRouteName" (list $ .) -}}
{{- end -}}
{{- end -}}
{{- with .config.inherited_class -}}
{{- if not (has . (append $names "default")) -}}
{{- fail (printf "%sconfig.inherited_class: '%s' is no class" $.at .) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{/* Whether a class asks for a rule that there is. The built-in names are those of the program. */}}
{{- define "taskgate.validateRouteName" -}}
{{- $whole := index . 0 -}}
{{- $name := index . 1 -}}
{{- $routes := $whole.config.routes | default "kube-coder" -}}
{{- $names := list -}}
{{- $use := $routes -}}
{{- if kindIs "map" $routes -}}
{{- range $routes.rules -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $use = $routes.use | default "kube-coder" -}}
{{- end -}}
{{- if eq $use "kube-coder" -}}
{{- $names = concat $names ($whole.scope.Files.Get "files/routes.yaml" | fromYamlArray) -}}
{{- end -}}
{{- if not (has $name $names) -}}
{{- fail (printf "%s%s: '%s' is the name of no rule" $whole.at $whole.classes $name) -}}
{{- end -}}
{{- end }}
