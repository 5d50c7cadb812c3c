#!/bin/sh
# Plays a small synthetic season with this version and keeps its database: what later versions are upgraded from.
# Run once a release, from the repository's root: sh tests/upgrade/make.sh v0.1.0
set -eu
VERSION=$1
HERE="$PWD/tests/upgrade"
mkdir -p var
VAR_DIR=$(mktemp -d "$PWD/var/upgrade.XXXXXX")
export VAR_DIR HERE VERSION
trap 'rm -rf "$VAR_DIR"' EXIT
# keys that only ever encrypted these made-up people
SECRET_KEY=synthetic-key-of-the-upgrade-test-and-of-nothing-else-0001
FIELD_KEYS=k1:5f0c6a1be2d94378a6c0915ed7b2463f
INDEX_KEY=8d3b60f1c75a42e99b1e07d4a2c86f35e4b97012d8ac4f6b
export SECRET_KEY FIELD_KEYS INDEX_KEY
.venv/bin/python -m portal.supervisor exec -- sh -c '
  .venv/bin/python manage.py rehearse --pupils 24 --seed 11 --report "$VAR_DIR/report.json"
  BIN=$(.venv/bin/python -c "from portal.embedded import postgres_bin; print(postgres_bin())")
  "$BIN/pg_dump" --no-owner --no-privileges "$DATABASE_URL" | grep -v "^\\\\\(un\)\?restrict " | gzip -9n > "$HERE/$VERSION.sql.gz"
  .venv/bin/python - <<PY > "$HERE/$VERSION.json"
import json, os
report = json.load(open(os.environ["VAR_DIR"] + "/report.json"))
kept = ("synthetic", "children", "states", "groups", "replay", "draws", "admission")
print(json.dumps({name: report[name] for name in kept}, ensure_ascii=False, indent=1))
PY
'
