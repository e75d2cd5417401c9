#!/usr/bin/env bash
# Puts Flux on a cluster and points it at this repository; shows, hurries and removes it. Needs kubectl 1.34 or newer, nothing else.
# Usage: flux-system/flux.sh install|status|reconcile|uninstall CLUSTER [--yes]
set -euo pipefail

HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
readonly HERE
readonly OLDEST=34 NEWEST=36

fail() {
  echo "flux.sh: $1" >&2
  exit 2
}

usage() { fail 'usage: flux-system/flux.sh install|status|reconcile|uninstall CLUSTER [--yes]'; }

flux() { kubectl --namespace flux-system "$@"; }

# The release serves these versions of Kubernetes only.
check_cluster() {
  command -v kubectl >/dev/null || fail 'kubectl is missing: install it and point KUBECONFIG at the cluster'
  local version minor
  version="$(kubectl get --raw /version)" || fail 'the cluster does not answer: check KUBECONFIG and the network'
  minor="$(sed -n 's/.*"minor": *"\([0-9]*\).*/\1/p' <<<"$version" | head -n 1)"
  if [ "$minor" -lt "$OLDEST" ] || [ "$minor" -gt "$NEWEST" ]; then
    fail "the cluster runs Kubernetes 1.$minor, Flux 2.9 needs 1.$OLDEST to 1.$NEWEST: upgrade the cluster, or change FLUX_VERSION in charts/flux-components.ts"
  fi
}

# Again on a cluster that has it: upgrades Flux to what the checkout pins, and changes nothing else.
install() {
  echo "== Flux itself"
  kubectl apply --server-side --force-conflicts --kustomize "$HERE/$1/components"
  kubectl wait crd --selector app.kubernetes.io/part-of=flux --for=condition=Established --timeout=60s
  flux wait deployment --all --for=condition=Available --timeout=5m
  echo "== What it syncs"
  # No forced conflict: one would mean that this checkout is not the commit that the cluster follows.
  kubectl apply --server-side --kustomize "$HERE/$1"
  flux wait gitrepository/flux-system --for=condition=Ready --timeout=2m ||
    fail "Flux cannot read the repository: $(message gitrepository/flux-system)"
  flux wait kustomization/flux-system --for=condition=Ready --timeout=2m ||
    fail "Flux cannot apply flux-system/$1: $(message kustomization/flux-system)"
  echo "Flux follows the repository; see: $0 status $1"
}

message() { flux get "$1" --output 'jsonpath={.status.conditions[?(@.type=="Ready")].message}'; }

# Fails when something is not as the newest commit says.
status() {
  flux get gitrepositories,kustomizations
  kubectl get nodefleets --namespace smartscale --output wide
  if ! flux wait gitrepository,kustomization --all --for=condition=Ready --timeout=0 >/dev/null 2>&1; then
    echo "flux.sh: not everything is as the newest commit says: see READY and STATUS above" >&2
    return 1
  fi
}

# Looks for a commit now, as a push through the Receiver does, and waits until every layer has it.
reconcile() {
  local stamp revision
  stamp="$(date +%s%N)"
  flux annotate --overwrite gitrepository/flux-system "reconcile.fluxcd.io/requestedAt=$stamp"
  flux wait gitrepository/flux-system --for="jsonpath={.status.lastHandledReconcileAt}=$stamp" --timeout=60s
  revision="$(flux get gitrepository/flux-system --output 'jsonpath={.status.artifact.revision}')"
  echo "== $revision"
  flux wait kustomization --all --for="jsonpath={.status.lastAppliedRevision}=$revision" --timeout=6m || true
  status "$1"
}

# Takes Flux away and leaves all that it brought: the fleet goes on under the last policy.
uninstall() {
  [ "${2:-}" = --yes ] || fail "this takes Flux off the cluster and leaves the rest; say: $0 uninstall $1 --yes"
  flux delete deployment --all --ignore-not-found
  # Without their controllers nobody else would end what these objects wait for.
  local kind object
  for kind in $(kubectl get crd --selector app.kubernetes.io/part-of=flux --output 'jsonpath={.items[*].metadata.name}'); do
    for object in $(flux get "$kind" --output name); do
      flux patch "$object" --type merge --patch '{"metadata":{"finalizers":null}}'
    done
  done
  kubectl delete crd,clusterrole,clusterrolebinding --selector app.kubernetes.io/part-of=flux
  kubectl delete namespace flux-system --ignore-not-found
}

[ $# -ge 2 ] || usage
[ -d "$HERE/$2" ] || fail "there is no flux-system/$2: the clusters are those of charts/clusters.ts"
case "$1" in
  install | status | reconcile | uninstall)
    check_cluster
    "$1" "${@:2}"
    ;;
  *) usage ;;
esac
