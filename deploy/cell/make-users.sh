#!/bin/sh
# Once, when all members are up: from then on nobody speaks to the cell without a password. $1 and $2: files with the password
# of root, which stays at home, and of kaimen, which is each node's passwordFile. ETCDCTL_ENDPOINTS, ETCDCTL_CACERT,
# ETCDCTL_CERT and ETCDCTL_KEY say where the cell is. Kaimen has the role root too: it makes room and moves the leader.
# Run again after it broke off, it goes on.
set -eu
export ETCDCTL_API=3
for file in "$1" "$2"; do
  [ -s "$file" ] || { echo "make-users: $file must hold a password" >&2; exit 1; }
done

# Whoever asks without a name is told the users only until passwords are asked for. (Not in a command line, which
# everybody on the machine can read.)
if ! etcdctl user list >/dev/null 2>&1; then
  ETCDCTL_USER="root:$(cat "$1")" etcdctl user list >/dev/null
  echo 'make-users: the cell asks for passwords already'
  exit 0
fi
has() { etcdctl "$1" list | grep -qx "$2"; }
add() {
  has user "$1" || etcdctl user add "$1" --interactive=false <"$2"
  etcdctl user grant-role "$1" root
}
has role root || etcdctl role add root
add root "$1"
add kaimen "$2"
etcdctl auth enable
