# shellcheck shell=bash
# Sourced. Finds a Go new enough for the tools that the chart is tested with, or fetches one.
#
# Debian 12's Go is too old for them, but it can fetch a newer one: Go's toolchains are modules, so that they come,
# with their checksums, from wherever modules come from.

GO_VERSION=1.26.8

# Prints the path of a go command of GO_VERSION or newer. Says on standard error what is wrong and fails where none is to
# be had.
go_command() {
  local go
  for go in "$(command -v go || true)" /usr/local/go/bin/go; do
    if [[ -x "$go" ]] && go_is_new_enough "$go"; then
      echo "$go"
      return
    fi
  done
  fetched_go
}

go_is_new_enough() { # path of a go command
  local version
  version=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return
  printf 'go%s\n%s\n' "$GO_VERSION" "$version" | sort --check=quiet --version-sort
}

fetched_go() {
  local old module folder
  old=$(command -v go || command -v /usr/lib/go-1.19/bin/go) || {
    echo "no Go is installed; Debian 12 has golang-1.19-go, which is enough to fetch Go $GO_VERSION" >&2
    return 1
  }
  module=golang.org/toolchain@v0.0.1-go$GO_VERSION.linux-$("$old" env GOARCH)
  folder=$("$old" env GOMODCACHE)/$module
  if [[ ! -x "$folder/bin/go" ]]; then
    echo "fetching Go $GO_VERSION with $("$old" env GOVERSION)" >&2
    GOTOOLCHAIN=local GOFLAGS='' "$old" mod download "$module" >&2 || {
      echo "Go $GO_VERSION could not be fetched: is the Go module proxy ($("$old" env GOPROXY)) within reach?" >&2
      return 1
    }
    # A module's files are not executable, and its folders cannot be written to.
    chmod -R u+w "$folder"
    chmod -R a+x "$folder/bin" "$folder/pkg/tool"
  fi
  echo "$folder/bin/go"
}
