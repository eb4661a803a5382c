# Makes types.h, macros over the families of types, of the list of routines:
#
#   awk -f types.awk openshmem-1.5-routines.txt
#
# EACH_family(X) is X(name, type) for each of its members. Families of sizes have one argument.

BEGIN { print "/* Made by types.awk. */" }

$1 == "types" {
    family = $2
    members = $0
    sub(/^types +[^ ]+ +/, "", members)
    count = split(members, member, /, */)
    printf "#define EACH_%s(X)", family
    for (i = 1; i <= count; i++) {
        sub(/ +$/, "", member[i])
        at = index(member[i], "=")
        if (at == 0) {
            printf " \\\n    X(%s)", member[i]
            continue
        }
        type = substr(member[i], at + 1)
        # Not of C++: said with what keeps -pedantic quiet.
        if (type ~ /_Complex/) type = "complex_" substr(type, 1, 1)
        printf " \\\n    X(%s, %s)", substr(member[i], 1, at - 1), type
    }
    print ""
}

END {
    print "__extension__ typedef float _Complex complex_f;"
    print "__extension__ typedef double _Complex complex_d;"
}
