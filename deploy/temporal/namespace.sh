#!/bin/sh
# Address and namespace come from TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, which the temporal command reads.
set -eu
namespace=$TEMPORAL_NAMESPACE
retention=168h

# A new namespace takes about ten seconds to be known everywhere.
again() {
  left=30
  until "$@"; do
    left=$((left - 1))
    if [ "$left" -eq 0 ]; then
      echo "gave up: $*" >&2
      return 1
    fi
    sleep 2
  done
}

again temporal operator cluster health
if temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1; then
  again temporal operator namespace update --namespace "$namespace" --retention "$retention"
else
  again temporal operator namespace create --namespace "$namespace" --retention "$retention"
fi

existing() { temporal operator search-attribute list --namespace "$namespace"; }
again existing >/dev/null
for attribute in OpsState OpsSource OpsIncident OpsService OpsTarget OpsRule OpsEnvironment OpsMode OpsOutcome; do
  if existing | grep -qw "$attribute"; then continue; fi
  again temporal operator search-attribute create --namespace "$namespace" --name "$attribute" --type Keyword
done
