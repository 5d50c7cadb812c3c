#!/bin/sh
# manage.py with the settings of the server (docs/install.md): sh examples/manage.sh staff list
set -eu
cd "$(dirname "$0")/.."
settings=${PORTAL_ENV:-../portal.env}
while IFS= read -r line || [ -n "$line" ]; do
  case $line in
    ''|'#'*) ;;
    *=*) export "$line" ;;
  esac
done < "$settings"
exec .venv/bin/python manage.py "$@"
