# shellcheck shell=bash
# The virtual machines of one run of scripts/rxe-vm: starting QEMU, carrying the
# output, and leaving nothing behind.
#
# The folder of a run ($RUN) holds the fifo "events", which all machines write to,
# and for each machine a folder named by its rank:
#   job/                what the guest script gets: command, variables, scripts
#   control.in, .out    the port "control"; .out leads to "events"
#   stdout, stderr      what the command wrote
#   console, qemu       what the kernel and QEMU said
# The output goes through files, not pipes, because QEMU throws away what a slow
# reader has not taken when its machine ends.
#
# QEMU[rank], READERS: processes to be ended.

declare -a QEMU=() READERS=() OUTPUT=()
EVENTS=

address_of() {
    printf '10.77.0.%d' "$(($1 + 1))"
}

# --- what the guest gets ----------------------------------------------------------

# The variables of the caller that the command gets, ended by NUL.
passed_variables() {
    local name
    for name in $(compgen -e); do
        case $name in
            PATH) printf 'PATH=%s\0' "$CALLER_PATH" ;;
            HOME | SHELL | TERM | COLORTERM | NO_COLOR | LANG | LANGUAGE | LC_* | TZ | CI | \
                LD_LIBRARY_PATH | PANGEA_* | RUST* | CARGO*) printf '%s=%s\0' "$name" "${!name}" ;;
        esac
    done
    ((${#VARIABLES[@]} == 0)) || printf '%s\0' "${VARIABLES[@]}"
}

describe_job() {
    local rank=$1 job=$RUN/$1/job shared='' addresses
    ((READ_ONLY)) || shared=$(pwd -P)
    addresses=$(address_of 0)
    ((HOSTS == 1)) || addresses+=,$(address_of 1)
    mkdir -p "$job"
    cp "$PARTS/guest" "$HERE/rxe-up" "$job"
    printf '%s=%q\n' RANK "$rank" SIZE "$HOSTS" ADDRS "$addresses" FOLDER "$PWD" SHARED "$shared" \
        LOSS "$LOSS" MEMLOCK "$MEMLOCK" PEER_LIMIT "$PEER_LIMIT" >"$job/settings"
    printf '%s\0' "${COMMAND[@]}" >"$job/argv"
    passed_variables >"$job/environ"
}

# --- start ------------------------------------------------------------------------

# A comma ends a value in QEMU's options; two stand for one.
quoted() {
    printf '%s' "${1//,/,,}"
}

share() {
    printf 'local,path=%s,mount_tag=%s,security_model=none,multidevs=remap%s' "$(quoted "$1")" "$2" "${3-}"
}

qemu_arguments() {
    local rank=$1
    # shellcheck disable=SC2054 # the commas are QEMU's
    ARGUMENTS=(
        -name "rxe-vm-$rank" -accel "$([[ $ACCEL == kvm ]] && echo kvm || echo tcg,thread=multi)"
        -cpu "$([[ $ACCEL == kvm ]] && echo host || echo max)" -smp "$CPUS" -m "${MEMORY}M"
        -kernel "$KERNEL" -initrd "$INITRAMFS" -append 'console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable'
        -display none -nodefaults -no-user-config -no-reboot
        -serial file:console
        -virtfs "$(share / host ,readonly=on)" -virtfs "$(share "$RUN/$rank/job" job ,readonly=on)"
        -device virtio-serial-pci
        -chardev pipe,id=control,path=control -device virtserialport,chardev=control,name=control
        -chardev file,id=stdout,path=stdout -device virtserialport,chardev=stdout,name=stdout
        -chardev file,id=stderr,path=stderr -device virtserialport,chardev=stderr,name=stderr
    )
    ((READ_ONLY)) || ARGUMENTS+=(-virtfs "$(share "$(pwd -P)" cwd)")
    # The paths are short and relative, since a socket's name must be.
    ((HOSTS == 1)) || ARGUMENTS+=(
        -netdev "dgram,id=wire,local.type=unix,local.path=../wire-$rank,remote.type=unix,remote.path=../wire-$((1 - rank))"
        -device "virtio-net-pci,netdev=wire,romfile=,mac=52:54:00:0a:4d:0$((rank + 1))"
    )
}

# Becomes a program that is ended even when this script is killed and cannot do it.
with_us() {
    exec setpriv --pdeathsig KILL "$@"
}

become_machine() {
    cd "$1" || exit
    with_us qemu-system-x86_64 "${ARGUMENTS[@]}" </dev/null >qemu 2>&1
}

start_machine() {
    local rank=$1 folder=$RUN/$1 ARGUMENTS
    describe_job "$rank"
    mkfifo "$folder/control.in"
    ln -s ../events "$folder/control.out"
    : >"$folder/stdout"
    : >"$folder/stderr"
    : >"$folder/console"
    qemu_arguments "$rank"
    become_machine "$folder" &
    QEMU[rank]=$!
    carry "$rank" stdout 1
    carry "$rank" stderr 2
    [[ $VERBOSE == 0 ]] || carry "$rank" console 2
}

# Copies one of a machine's output files to a descriptor, as it grows, until the
# machine has ended.
carry() {
    local rank=$1 name=$2 target=$3 mark=''
    ((HOSTS == 1)) || mark="[$rank] "
    [[ $name != console ]] || mark+='console: '
    if [[ -n $mark ]]; then
        exec {target}> >(with_us sed -u "s/^/$mark/" >&"$3")
        READERS+=("$!")
    fi
    with_us tail --follow --bytes=+0 --sleep-interval=0.1 --pid="${QEMU[rank]}" "$RUN/$rank/$name" >&"$target" &
    READERS+=("$!")
    [[ $name == console ]] || OUTPUT[rank]+=" $!"
    [[ -z $mark ]] || exec {target}>&-
}

start_machines() {
    local rank
    if ((HOSTS > 1)) && ! qemu-system-x86_64 -netdev help 2>&1 | grep -qx dgram; then
        die "--hosts 2 needs QEMU 7.2 or newer, and this is $(qemu-system-x86_64 --version | head -n 1)"
    fi
    mkfifo "$RUN/events"
    # shellcheck disable=SC2034 # rxe-vm reads them
    exec {EVENTS}<>"$RUN/events"
    inform "starting $HOSTS machine(s) with $ACCEL"
    for ((rank = 0; rank < HOSTS; rank++)); do
        mkdir "$RUN/$rank"
        start_machine "$rank"
    done
}

# --- troubles ---------------------------------------------------------------------

show_console() {
    [[ $VERBOSE == 0 ]] || return 0
    complain "the end of the console of $(which_machine "$1"):"
    if [[ -s $RUN/$1/console ]]; then
        tail -n 60 "$RUN/$1/console" | tr -d '\r' | sed 's/^/    /' >&2
    else
        complain "    (nothing)"
    fi
}

show_oops() {
    if grep -qE 'BUG:|Oops|general protection fault|blocked for more than' "$RUN/$1/console"; then
        complain "the kernel of $(which_machine "$1") ran into an error of its own"
        show_console "$1"
    fi
}

# Whether somebody still takes the output of a machine's command.
output_flows() {
    local reader
    for reader in ${OUTPUT[$1]}; do
        kill -0 "$reader" 2>/dev/null || ! kill -0 "${QEMU[$1]}" 2>/dev/null || return 1
    done
}

# Says why a machine that has not been told to end is gone.
explain_death() {
    local rank=$1 machine status=0
    machine=$(which_machine "$rank")
    wait "${QEMU[rank]}" || status=$?
    show_console "$rank"
    [[ ! -s $RUN/$rank/qemu ]] || complain "QEMU said: $(<"$RUN/$rank/qemu")"
    case ${PHASE[rank]},$status in
        *,137) complain "QEMU was killed; perhaps for want of memory (see dmesg, and --memory)" ;;
        booting,0) complain "$machine ended while it booted" ;;
        *,0) complain "$machine ended by itself before the command had" ;;
        *) complain "QEMU ended with status $status" ;;
    esac
}

# --- end --------------------------------------------------------------------------

# QEMU takes SIGTERM for pulling the plug; the guest has written everything by then.
end_machine() {
    kill -TERM "${QEMU[$1]}" 2>/dev/null || true
}

# Waits until the caller has got all of the output.
drain_output() {
    local process
    for process in "${!QEMU[@]}"; do end_machine "$process"; done
    for process in "${QEMU[@]}" "${READERS[@]}"; do
        wait "$process" 2>/dev/null || true
    done
    QEMU=() READERS=()
}

# For every way out: what still runs is asked to end, then made to.
end_machines() {
    local process try
    for process in "${QEMU[@]}"; do
        kill -TERM "$process" 2>/dev/null || continue
        for try in {1..20}; do
            kill -0 "$process" 2>/dev/null || break
            sleep 0.1
        done
        ((try < 20)) || kill -KILL "$process" 2>/dev/null || true
    done
    # The readers see the end of QEMU within their interval; a reader that is stuck
    # because nobody takes its output must not keep us.
    for try in {1..10}; do
        kill -0 "${READERS[@]}" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "${READERS[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
}
