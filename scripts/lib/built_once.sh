# shellcheck shell=bash
# Sourced, after scripts/lib/go.sh. Programs that are built from Go modules once and kept outside the tree.

# Prints the folder that holds what is built, below ${XDG_CACHE_HOME:-~/.cache}/taskgate. Where it is not there yet, calls
# a function with a folder to build into, which gets its name only when it is whole. Of two that begin at once, one
# builds and the other waits for it. With ONLY_IF_BUILT=1 nothing is built: the status is 75 instead.
built_once() { # kind, version, function, files that the outcome depends on
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/taskgate/$1 folder unfinished began=$SECONDS lock
  folder=$cache/$2-$(cat "${@:4}" | sha256sum | cut -c1-8)
  if [[ -n "${ONLY_IF_BUILT:-}" && ! -d "$folder" ]]; then
    printf '%s: %s is not built yet\n' "$1" "$2" >&2
    return 75
  fi
  mkdir -p "$cache"
  exec {lock}>"$cache/lock"
  flock "$lock"
  if [[ ! -d "$folder" ]]; then
    unfinished=$folder.unfinished
    rm -rf "$unfinished"
    mkdir "$unfinished"
    printf '%s: building %s into %s; the first time this is long\n' "$1" "$2" "$folder" >&2
    # Not for what it runs: a program left behind would keep the lock.
    "$3" "$unfinished" {lock}>&-
    mv "$unfinished" "$folder"
    printf '%s: built in %d s: %s\n' "$1" $((SECONDS - began)) "$(du -sh "$folder" | cut -f1)" >&2
  fi
  exec {lock}>&-
  echo "$folder"
}

# Builds packages of a module as they are released: without debug information, without the builder's paths.
go_build() { # module's folder, version, output, packages
  CGO_ENABLED=0 nice "$(go_command)" build -C "$1" -mod=readonly -trimpath \
    -ldflags="-s -w -X k8s.io/component-base/version.gitVersion=$2" -o "$3" "${@:4}"
}

# The version that a go.mod asks for.
version_in() { # go.mod, module
  sed -nE "s|^(require )?\s*$2 (v[0-9.]+).*|\2|p" "$1"
}
