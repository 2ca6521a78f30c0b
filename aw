#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# aw, the command line of arrow-world.
#
# In a release it stands in bin beside aw.jar; in the source tree it builds itself the first time, and
# again with --rebuild as the first argument. It keeps per Java version an archive of its classes
# (AppCDS) for fast starts, in the build's folder or the user's cache. AW_JAVA_OPTS adds JVM options.
set -eu

# Java reads and writes the names of files in the locale's charset. In another one than UTF-8 it takes
# names for others; nothing else of aw depends on the locale. (macOS has no C.UTF-8.)
LC_ALL=C.UTF-8
[ ! -d /System/Library/CoreServices ] || LC_ALL=en_US.UTF-8
export LC_ALL

fail() {
  echo "aw: Cannot $1" >&2
  exit 1
}

# The folder of this script, symbolic links resolved.
self=$0
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=$(dirname "$self")/$link ;;
  esac
done
home=${self%/*}
[ "$home" != "$self" ] || home=.
home=$(CDPATH= cd "$home" && pwd -P)

# Java, and its major version: from the file "release" beside it where there is one, as starting a
# JVM just to ask takes longer than most commands.
if [ -n "${JAVA_HOME:-}" ]; then
  java=$JAVA_HOME/bin/java
  [ -x "$java" ] || fail "start: JAVA_HOME is $JAVA_HOME, which has no bin/java"
else
  java=$(command -v java) || fail "start: there is no java on the PATH; install Java 17 or newer, or set JAVA_HOME"
fi
version=
real=$(readlink -f "$java" 2>/dev/null || echo "$java")
release=${real%/bin/java}/release
if [ -r "$release" ]; then
  while IFS='=' read -r name value; do
    if [ "$name" = JAVA_VERSION ]; then
      version=${value#\"}
      version=${version%\"}
    fi
  done <"$release"
fi
if [ -z "$version" ]; then
  version=$("$java" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)
fi
major=${version%%[!0-9]*}
[ "${major:-0}" -ge 17 ] || fail "start with Java ${version:-of unknown version} at $java: Java 17 or newer is needed; set JAVA_HOME to one"

# Of a release: one jar beside bin, and the cache of the user.
released=${home%/bin}/aw.jar
cache=$home/cli/target/cds
if [ "${home##*/}" = bin ] && [ -f "$released" ]; then
  cache=${XDG_CACHE_HOME:-${HOME:-/nowhere}/.cache}/arrow-world
else
  released=
fi

find_jar() {
  jar=$released
  [ -z "$jar" ] || return 0
  for candidate in "$home"/cli/target/arrow-world-cli-*.jar; do
    case $candidate in *-sources.jar | *-javadoc.jar | *-tests.jar) continue ;; esac
    if [ -f "$candidate" ]; then
      if [ -z "$jar" ] || [ -n "$(find "$candidate" -newer "$jar")" ]; then jar=$candidate; fi
    fi
  done
}

# Builds, one process at a time: those who come second wait and use what the first one built.
build() {
  mkdir -p "$home/cli/target" 2>/dev/null || fail "build: $home/cli/target cannot be written"
  lock=$home/cli/target/aw-build.lock
  if ! mkdir "$lock" 2>/dev/null; then
    echo "aw: waiting for the build of another process ($lock)" >&2
    while [ -d "$lock" ]; do
      holder=$(cat "$lock/pid" 2>/dev/null || echo '')
      if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
        rm -rf "$lock"
      fi
      sleep 1
    done
    find_jar
    [ -n "$jar" ] || fail "start: the other process's build made no cli/target/arrow-world-cli-*.jar"
    return
  fi
  echo $$ >"$lock/pid"
  trap 'rm -rf "$lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  echo "aw: building the command line (the first time only, takes a minute)" >&2
  (cd "$home" && ./mvnw -q -Dquick -DskipTests package -pl cli -am) >&2 || fail "build; see the messages above"
  rm -rf "$lock"
  trap - EXIT INT TERM
  find_jar
  [ -n "$jar" ] || fail "start: the build made no cli/target/arrow-world-cli-*.jar"
}

find_jar
if [ "${1:-}" = --rebuild ]; then
  [ -z "$released" ] || fail "rebuild: this is a release, $released; the source tree's aw builds"
  shift
  build
  [ $# -gt 0 ] || exit 0
elif [ -z "$jar" ]; then
  build
fi

# What Java needs: Add-Opens and native access are in the jar's manifest. The JVM's log would go to
# stdout, among the data, and has nothing to say but that an archive of classes does not fit.
flags='-Xshare:auto -Xlog:disable'
[ "$major" -lt 23 ] || flags="$flags --sun-misc-unsafe-memory-access=allow"

# The archive of classes. It is made under a private name and renamed, so that concurrent starts see
# a whole one or none; where it cannot be written, starts are just slower.
archive=$cache/$version.jsa
[ -z "$released" ] || archive=$cache/$(cksum <"$released" | tr -d ' ')-$version.jsa
if [ ! -f "$archive" ] || [ -n "$(find "$jar" "${jar%/*}/lib" -newer "$archive")" ]; then
  if mkdir -p "$cache" 2>/dev/null && [ -w "$cache" ]; then
    echo "aw: preparing fast starts on Java $version (once)" >&2
    part=$archive.$$.tmp
    # shellcheck disable=SC2086
    if "$java" $flags -XX:+UseSerialGC "-XX:ArchiveClassesAtExit=$part" -Daw.warmup=true \
      -jar "$jar" >/dev/null 2>&1 && [ -f "$part" ]; then
      mv -f "$part" "$archive"
    else
      rm -f "$part"
      : >"$archive" # this Java makes none: not tried again
    fi
  fi
fi

# Short commands are over before the optimising compiler would pay.
case ${1:-} in
  run | resume | sweep | runs | import | verify | snapshot | compact | publish | recover | stats | fork | truncate | view | serve) ;;
  *) flags="$flags -XX:TieredStopAtLevel=1 -XX:+UseSerialGC" ;;
esac

if [ -t 2 ]; then
  AW_STDERR_TTY=1
else
  AW_STDERR_TTY=0
fi
export AW_STDERR_TTY

# What speaks to S3 has many jars, which are opened for its addresses alone.
case " $*" in
  *" s3://"*) set -- -cp "$jar:${jar%/*}/lib/s3/*" org.arrowworld.cli.Main "$@" ;;
  *) set -- -jar "$jar" "$@" ;;
esac
[ ! -s "$archive" ] || set -- "-XX:SharedArchiveFile=$archive" "$@"
# shellcheck disable=SC2086
exec "$java" $flags ${AW_JAVA_OPTS:-} "$@"
