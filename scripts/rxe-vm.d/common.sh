# shellcheck shell=bash
# What the parts of scripts/rxe-vm share: how they speak to the caller.

# A status that is not the command's: rxe-vm itself could not do its work.
readonly STATUS_BROKEN=125
# shellcheck disable=SC2034 # used by rxe-vm
readonly STATUS_TIMEOUT=124

complain() {
    printf 'rxe-vm: %s\n' "$@" >&2
}

die() {
    complain "$@"
    exit "$STATUS_BROKEN"
}

inform() {
    [[ $VERBOSE == 0 ]] || complain "$@"
}
