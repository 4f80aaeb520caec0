#!/bin/sh
# backup.sh TOKEN-FILE DIRECTORY: takes a backup and keeps the last fourteen.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd -P)
node=$root/node_modules/node-linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/bin/node
KAIMEN_TOKEN=$(cat "$1")
export KAIMEN_TOKEN
name=kaimen-$(date -u +%Y-%m-%dT%H%M%SZ).backup
"$node" "$root/bin/kaimen.js" backup --out "$2/$name"
# By name, which is by time: the newest stay.
find "$2" -maxdepth 1 -name 'kaimen-*.backup' | sort -r | tail -n +15 | while IFS= read -r old; do rm -- "$old"; done
