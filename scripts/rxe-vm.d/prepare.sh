# shellcheck shell=bash
# What a virtual machine needs before it can be started: packages, a kernel, an
# initramfs, and the knowledge whether KVM works here.
#
# The cache folder holds
#   kernel-PACKAGE-VERSION-KEY/  kernel, and the modules the guest may want
#   initramfs-KEY                busybox, those modules and the init script
#   kernel-package               the kernel package that was newest when last asked
#   kvm-KEY                      "works" or "does not work", seen in a probe boot
# Each name has a key of what its content was made from, and each is moved into
# place when whole: so a stale or half-made one is never used, and all of it may be
# deleted at any time.

# What the init script and rxe-up load; and what makes the wire lose, delay and drop
# packets, or is only in some kernels.
readonly NEEDED_MODULES=(
    virtio_pci virtio_console virtio_net 9pnet_virtio 9p overlay
    ib_uverbs rdma_ucm rdma_rxe veth
)
readonly OTHER_MODULES=(crc32_generic crc32_pclmul sch_netem sch_prio sch_tbf cls_u32 act_gact)

# A command, and the Debian package that has it.
readonly TOOLS=(
    qemu-system-x86_64:qemu-system-x86 busybox:busybox-static cpio:cpio depmod:kmod
    ip:iproute2 rdma:iproute2 tc:iproute2 ibv_devinfo:ibverbs-utils ib_read_lat:perftest
    flock:util-linux setpriv:util-linux xz:xz-utils
)
readonly PROBE_LIMIT=10

key_of() {
    cat -- "$@" | sha256sum | cut -c 1-16
}

# --- packages ---------------------------------------------------------------------

missing_packages() {
    local tool
    for tool in "${TOOLS[@]}"; do
        command -v "${tool%:*}" >/dev/null || printf '%s\n' "${tool#*:}"
    done | sort -u
    # The static busybox is the one that runs in an initramfs without libraries.
    if command -v busybox >/dev/null && ldd "$(command -v busybox)" >/dev/null 2>&1; then
        echo busybox-static
    fi
    # Without it libibverbs does not know rxe devices.
    compgen -G '/usr/lib/*/libibverbs/librxe-rdmav*.so' >/dev/null ||
        compgen -G '/usr/lib*/libibverbs/librxe-rdmav*.so' >/dev/null || echo ibverbs-providers
}

ensure_packages() {
    local packages
    mapfile -t packages < <(missing_packages)
    ((${#packages[@]})) || return 0
    command -v apt-get >/dev/null || die \
        "these are missing, by their Debian names: ${packages[*]}" \
        "there is no apt-get here to install them; install what this system calls them"
    ((EUID == 0)) || die \
        "these packages are missing: ${packages[*]}" \
        "install them as root: apt-get install --no-install-recommends ${packages[*]}"

    complain "installing ${packages[*]}"
    install_packages "${packages[@]}" >"$RUN/apt.log" 2>&1 ||
        { apt-get update && install_packages "${packages[@]}"; } >>"$RUN/apt.log" 2>&1 ||
        die "apt-get cannot install ${packages[*]}; the end of what it said:" "$(tail -n 15 "$RUN/apt.log")"
    hash -r
    mapfile -t packages < <(missing_packages)
    ((${#packages[@]} == 0)) || die "still missing after apt-get install: ${packages[*]}"
}

install_packages() {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@"
}

# --- kernel -----------------------------------------------------------------------

# Prints the package that is Debian's newest stock kernel here, as NAME=VERSION.
ask_kernel_package() {
    apt-cache show --no-all-versions linux-image-amd64 2>/dev/null |
        sed -n 's/^Depends:.*\(linux-image-[^ ,]*-amd64\) (= \([^)]*\)).*/\1=\2/p' | head -n 1
}

# Asking apt takes most of a second, so it is asked when its lists have changed.
find_kernel_package() {
    local known=$CACHE/kernel-package lists=/var/lib/apt/lists package
    if [[ -s $known && ! $lists -nt $known ]]; then
        cat "$known"
        return
    fi
    command -v apt-cache >/dev/null || die \
        "there is no apt-get here to fetch Debian's kernel with, and none in the cache ($CACHE)" \
        "prepare the cache on a Debian machine (scripts/rxe-vm --prepare), and copy it here"
    package=$(ask_kernel_package)
    if [[ -z $package ]] && ((EUID == 0)); then
        apt-get update >&2 || true
        package=$(ask_kernel_package)
    fi
    if [[ -z $package ]]; then
        [[ ! -s $known ]] || { cat "$known"; return; }
        die "apt knows no package linux-image-amd64" \
            "run 'apt-get update' as root; on a system that is not Debian, add Debian's archive for it"
    fi
    printf '%s\n' "$package" >"$known.new"
    mv "$known.new" "$known"
    printf '%s\n' "$package"
}

# Unpacks the kernel and keeps what the guest needs: 70 MB instead of 400.
build_kernel() {
    local package=$1 target=$2 work=$2.new release
    complain "fetching the kernel ${package%=*} (once, 70 MB)"
    rm -rf "$work"
    mkdir -p "$work/deb"
    (
        cd "$work/deb"
        apt-get download "$package" || { ((EUID == 0)) && apt-get update && apt-get download "$package"; }
    ) >"$RUN/apt.log" 2>&1 ||
        die "cannot fetch the kernel package $package; the end of what apt-get said:" "$(tail -n 15 "$RUN/apt.log")"
    dpkg -x "$work"/deb/*.deb "$work/all" || die "cannot unpack $package; is the disk of $CACHE full?"
    release=$(basename "$work"/all/lib/modules/*)
    depmod -b "$work/all" "$release"
    copy_modules "$work/all" "$work" "$release"
    unwrap_kernel "$work/all/boot/vmlinuz-$release" "$work/kernel"
    rm -rf "$work/all" "$work/deb"
    mv "$work" "$target"
}

# A kernel unpacks itself when it starts, which takes an emulated machine seconds.
# QEMU can start what is inside as well, where the kernel was built for that (PVH).
# The numbers are the fields setup_sects, payload_offset and payload_length of the
# boot protocol.
unwrap_kernel() {
    local from=$1 to=$2 start length
    start=$((($(number_at "$from" 0x1f1 1) + 1) * 512 + $(number_at "$from" 0x248 4)))
    length=$(number_at "$from" 0x24c 4)
    if ! dd if="$from" bs=1M iflag=skip_bytes,count_bytes skip="$start" count="$length" status=none |
        xz --decompress --single-stream >"$to" || [[ $(head -c 4 "$to") != $'\x7fELF' ]]; then
        inform "the kernel is not packed as usual; the machine will unpack it"
        cp "$from" "$to"
    fi
}

number_at() {
    od --address-radix=n --format="u$3" --skip-bytes="$2" --read-bytes="$3" "$1" | tr -d ' '
}

copy_modules() {
    local from=$1 to=$2/lib/modules/$3 release=$3 file
    mkdir -p "$to"
    cp "$from/lib/modules/$release"/modules.{order,builtin,builtin.modinfo} "$to"
    module_files "$from" "$release" | sort -u | while read -r file; do
        file=${file#"$from/lib/modules/$release/"}
        install -D -m 644 "$from/lib/modules/$release/$file" "$to/$file"
        # Busybox may not know how to unpack it.
        [[ $file != *.xz ]] || xz --decompress "$to/$file"
    done
    depmod -b "$2" "$release"
}

# Prints the files of the modules, and of those that they depend on.
module_files() {
    local find=(modprobe --dirname "$1" --set-version "$2" --show-depends) module
    {
        for module in "${NEEDED_MODULES[@]}"; do
            "${find[@]}" "$module" || die "the kernel $2 has no module $module"
        done
        for module in "${OTHER_MODULES[@]}"; do
            "${find[@]}" --quiet "$module" || true
        done
    } | sed -n 's/^insmod \([^ ]*\).*/\1/p'
}

# --- initramfs --------------------------------------------------------------------

build_initramfs() {
    local kernel=$1 target=$2 tree=$2.tree
    rm -rf "$tree"
    mkdir -p "$tree/bin"
    cp "$(command -v busybox)" "$tree/bin/busybox"
    cp "$PARTS/init" "$tree/init"
    chmod 755 "$tree/init"
    cp -r "$kernel/lib" "$tree/lib"
    # Not compressed: an emulated machine would spend longer on unpacking it than
    # the host does on handing it over.
    (cd "$tree" && find . -print0 | cpio --null --create --format=newc --owner=0:0 --quiet) >"$target.new"
    rm -rf "$tree"
    mv "$target.new" "$target"
}

# Removes what other versions of this script, or of the kernel, have left.
forget_unused() {
    find "$CACHE" -maxdepth 1 \( -name 'kernel-linux-*' -o -name 'initramfs-*' \) -mtime +30 \
        -exec rm -rf -- {} +
}

# Sets KERNEL and INITRAMFS, and makes what they name when it is not there yet.
prepare_cache() {
    local package folder lock
    mkdir -p "$CACHE" || die "cannot make the cache folder $CACHE; set PANGEA_RXE_VM_CACHE to another one"
    exec {lock}>"$CACHE/lock" || die "cannot write in the cache folder $CACHE; set PANGEA_RXE_VM_CACHE to another one"
    if ! flock --nonblock "$lock"; then
        inform "waiting for another rxe-vm that prepares $CACHE"
        flock "$lock"
    fi
    package=$(find_kernel_package)
    folder=$CACHE/kernel-${package/=/-}-$(key_of - <<<"${NEEDED_MODULES[*]} ${OTHER_MODULES[*]}")
    [[ -d $folder ]] || build_kernel "$package" "$folder"
    KERNEL=$folder/kernel
    INITRAMFS=$CACHE/initramfs-$(key_of "$PARTS/init" "$(command -v busybox)" - <<<"$folder")
    if [[ ! -s $INITRAMFS ]]; then
        build_initramfs "$folder" "$INITRAMFS"
        forget_unused
    fi
    touch "$folder" "$INITRAMFS"
    exec {lock}>&-
}

# --- KVM --------------------------------------------------------------------------

# A /dev/kvm that opens is no proof: in some virtual machines a guest hangs in its
# boot loader. So "auto" boots one, and remembers.
choose_accel() {
    [[ $ACCEL == auto ]] || return 0
    ACCEL=tcg
    [[ -r /dev/kvm && -w /dev/kvm ]] || return 0
    local key known
    key=$({ uname -srvm; qemu-system-x86_64 --version; grep -m 1 'model name' /proc/cpuinfo; } | key_of -)
    known=$CACHE/kvm-$key
    if [[ ! -s $known ]]; then
        inform "trying KVM (once, $PROBE_LIMIT s at most)"
        probe_kvm >"$known.$$"
        mv "$known.$$" "$known"
    fi
    inform "KVM $(<"$known") here ($known)"
    [[ $(<"$known") != works ]] || ACCEL=kvm
}

probe_kvm() {
    # The subshell keeps bash from reporting that QEMU crashed.
    (timeout --kill-after=1 "$PROBE_LIMIT" qemu-system-x86_64 -accel kvm -cpu host -smp 1 -m 256M \
        -kernel "$KERNEL" -initrd "$INITRAMFS" -append 'console=ttyS0 quiet panic=-1 rxe_vm=probe' \
        -display none -nodefaults -no-user-config -no-reboot -serial "file:$RUN/probe.log" \
        </dev/null || true) >/dev/null 2>&1
    if grep -q 'rxe-vm: alive' "$RUN/probe.log" 2>/dev/null; then
        echo works
    else
        echo 'does not work'
    fi
}
