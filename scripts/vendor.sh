#!/bin/sh
# Fetches the front-end files from npm by name and version; what lands in static/vendor is committed.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
while read -r package version path target; do
  case "$package" in ""|\#*) continue ;; esac
  (cd "$work" && { test -d "$package-$version" || { npm pack --silent "$package@$version" >/dev/null; mkdir "$package-$version"; tar xzf "$package-$version.tgz" -C "$package-$version"; }; })
  cp "$work/$package-$version/package/$path" "static/vendor/$target"
done < static/vendor/VERSIONS
