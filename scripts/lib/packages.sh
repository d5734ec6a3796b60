# shellcheck shell=bash
# Sourced by ./dev: the Debian 12 packages that each of the developer's actions needs, and their installation.

PACKAGES_LIBRARIES=(libboost1.81-dev libyaml-cpp-dev prometheus-cpp-dev)
PACKAGES_BUILD=(g++ cmake ninja-build cmark python3 catch2 "${PACKAGES_LIBRARIES[@]}")
PACKAGES_RUN=(tmux curl)
# Prometheus scrapes the gate, a browser shows its page; without recommendations that would come without a font. A link
# between two network namespaces is cut.
PACKAGES_TEST=(iproute2 prometheus chromium chromium-driver fonts-dejavu-core)
# They count what a request costs.
PACKAGES_BUDGET=(valgrind strace)
PACKAGES_BENCH=(nginx-light haproxy caddy wrk linux-perf)
PACKAGES_PEERS=(nginx-light haproxy caddy)
# The peers that Debian has; the rest is fetched (scripts/lib/interop_peers). Somebody's own Node will do.
PACKAGES_INTEROP=(libcpp-httplib-dev nginx-light python3-venv golang-1.19-go)
command -v npm >/dev/null || PACKAGES_INTEROP+=(nodejs npm)
PACKAGES_CONTAINERS=(podman runc catatonit debootstrap curl python3-yaml)
# Go, so that it fetches a newer one; prometheus for promtool.
PACKAGES_CHART=(git golang-1.19-go prometheus python3-yaml openssl)
# A node of Kubernetes, and the tools in its images.
PACKAGES_CLUSTER=(containerd runc containernetworking-plugins iptables conntrack busybox-static iproute2)
PACKAGES_FUZZ=(clang-14 libclang-rt-14-dev llvm-14)
PACKAGES_LINT=(git clang-tidy-14 clang-format-14 shellcheck)

# The sets; `all` is what a whole check needs.
packages_of() {
  case "$1" in
    build) echo "${PACKAGES_BUILD[@]}" ;;
    demo) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" ;;
    test) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_CHART[@]}" "${PACKAGES_TEST[@]}" \
      "${PACKAGES_BUDGET[@]}" ;;
    budget) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_BUDGET[@]}" ;;
    chart) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_CHART[@]}" ;;
    cluster) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_CHART[@]}" "${PACKAGES_CLUSTER[@]}" ;;
    bench) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_BENCH[@]}" ;;
    fuzz) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_FUZZ[@]}" ;;
    peers) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_PEERS[@]}" ;;
    interop) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_INTEROP[@]}" ;;
    # What compiles for arm64 elsewhere.
    for-arm64) echo cmake ninja-build cmark g++-aarch64-linux-gnu "${PACKAGES_LIBRARIES[@]/%/:arm64}" ;;
    release) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_CHART[@]}" "${PACKAGES_CONTAINERS[@]}" \
      qemu-user ;;
    containers) echo "${PACKAGES_CONTAINERS[@]}" ;;
    format) echo clang-format-14 ;;
    lint) echo "${PACKAGES_BUILD[@]}" "${PACKAGES_LINT[@]}" ;;
    all)
      echo "${PACKAGES_BUILD[@]}" "${PACKAGES_RUN[@]}" "${PACKAGES_CHART[@]}" "${PACKAGES_TEST[@]}" \
        "${PACKAGES_BUDGET[@]}" "${PACKAGES_FUZZ[@]}" "${PACKAGES_LINT[@]}"
      ;;
    *) fail "no set of packages is called '$1'; those that there are stand in scripts/lib/packages.sh" ;;
  esac
}

is_debian_12() {
  [[ -r /etc/os-release ]] && (. /etc/os-release && [[ "${ID:-} ${VERSION_ID:-}" == "debian 12" ]])
}

missing_of() {
  local package
  for package in "$@"; do
    # shellcheck disable=SC2016  # dpkg-query fills it in
    [[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || echo "$package"
  done
}

# The lists' folder changes with each update; the files in it carry the archive's time stamps.
lists_are_stale() {
  ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null ||
    [[ -z "$(find /var/lib/apt/lists -maxdepth 0 -mtime -1)" ]]
}

as_root() {
  if [[ "$(id -u)" == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "these packages are missing, and there is no sudo to install them: ${MISSING[*]}"
  fi
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
    -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@"
}

# Installs what the set $1 lacks; runs nothing where all is there.
need() {
  local packages
  packages=$(packages_of "$1")
  if ! is_debian_12; then
    [[ -z "${DEPS_NOTED:-}" ]] && note "not Debian 12: have the like of these yourself: $packages"
    DEPS_NOTED=1
    return
  fi
  # shellcheck disable=SC2086  # a list of words
  mapfile -t MISSING < <(missing_of $packages)
  ((${#MISSING[@]})) || return 0
  note "installing: ${MISSING[*]}"
  if lists_are_stale; then apt_get update; fi
  apt_get install --no-install-recommends "${MISSING[@]}" >/dev/null
}

# Installs what compiles for another architecture; none named is this machine's own.
need_for() { # architecture
  if [[ -z "$1" ]]; then
    need build
  else
    as_root dpkg --add-architecture "$1"
    apt_get update
    need "for-$1"
  fi
}
