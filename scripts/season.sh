#!/bin/sh
# Plays one season from nothing in a folder of its own, writes the report and leaves nothing else behind.
set -eu
case "$REPORT" in /*) ;; *) REPORT="$PWD/$REPORT" ;; esac
mkdir -p "$(dirname "$REPORT")" var
VAR_DIR=$(mktemp -d "$PWD/var/season.XXXXXX")
export VAR_DIR
trap 'rm -rf "$VAR_DIR"' EXIT
trap 'exit 130' INT TERM
"$PYTHON" -m portal.supervisor exec -- "$PYTHON" manage.py rehearse --pupils "$PUPILS" --seed "$SEED" --report "$REPORT"
