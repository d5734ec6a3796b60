# The gate as an image: the program, the shared libraries that it needs, and nothing that could be run beside it.
#
#   ./dev image            builds it, where nothing can be pulled too
#   docker build .         where the base can be pulled
#
# Any Debian 12 will do as the base. It is the builder's only: the image itself starts from nothing.
ARG BASE=debian:12-slim

FROM ${BASE} AS build
# arm64: compiles for that one elsewhere, and runs nothing of it; empty: for the builder's own.
ARG TASKGATE_ARCH=
WORKDIR /src
COPY scripts/lib/packages.sh scripts/lib/
# What the base has is brought up to date too: some of it is carried in the image.
RUN apt-get -qq update && apt-get -qq -y upgrade && \
    bash -euc 'note() { echo "$*"; }; fail() { echo "$*" >&2; exit 1; }; source scripts/lib/packages.sh; need_for "$TASKGATE_ARCH"' && \
    rm -rf /var/lib/apt/lists/*

# First without the revision, which changes with each commit: what does not show it is compiled once.
COPY CMakeLists.txt ./
COPY cmake cmake
COPY src src
COPY docs/runbook.md docs/
RUN cmake -S . -B /build -G Ninja -DCMAKE_BUILD_TYPE=Release --log-level=NOTICE \
      ${TASKGATE_ARCH:+--toolchain cmake/$TASKGATE_ARCH.cmake} && \
    cmake --build /build --target taskgate
ARG TASKGATE_REVISION=unknown
COPY LICENSE scripts/lib/image_root ./
RUN cmake -DTASKGATE_REVISION="$TASKGATE_REVISION" --log-level=NOTICE /build && \
    cmake --build /build --target taskgate && \
    ./image_root /build /image

FROM scratch
ARG TASKGATE_REVISION=unknown
ARG TASKGATE_VERSION=unknown
LABEL org.opencontainers.image.title="taskgate" \
      org.opencontainers.image.description="Exact admission gate for tmux tasks: a sidecar in front of a coder's HTTP API" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${TASKGATE_VERSION}" \
      org.opencontainers.image.revision="${TASKGATE_REVISION}"
COPY --from=build /image/ /
# By number, so that a cluster can see that it is not root.
USER 1000:1000
# Not every engine has a default: `taskgate drain` in a preStop hook is found by it.
ENV PATH=/usr/bin
ENTRYPOINT ["/usr/bin/taskgate"]
