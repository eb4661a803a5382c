// Objects of C++ as symmetric variables: their constructors ran before, and what they made is kept; templates, exceptions
// and standard containers work beside them.

#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "check.h"

namespace {

struct Counter {
    long count;
    std::string name;
    Counter(long first, const char *called) : count(first), name(called) { made++; }
    ~Counter() { std::fputs(name.empty() ? "" : "", stdout); }
    static int made;
};

int Counter::made;
Counter first(10, "the first counter, with a name that is too long to be kept inside");
Counter second(20, "second");
std::vector<long> numbers(1000, 3);
std::map<std::string, long> by_name{{"one", 1}, {"two", 2}};

template <typename T>
struct Of {
    static T values[4];
};
template <typename T>
T Of<T>::values[4];

long &inside()
{
    static long value = Counter::made * 100;
    return value;
}

void exchange(long *variable, const char *what)
{
    shmem_barrier_all();
    shmem_long_p(variable, 500 + me, next_pe());
    shmem_barrier_all();
    CHECK(*variable == 500 + last_pe(), what);
    shmem_barrier_all();
}

}  // namespace

int main()
{
    begin();
    CHECK(Counter::made == 2 && first.count == 10 && second.count == 20, "constructors");
    CHECK(first.name.size() > 30 && second.name == "second", "what constructors made");
    CHECK(numbers.size() == 1000 && numbers[999] == 3 && by_name["two"] == 2, "containers");
    exchange(&first.count, "a field of an object");
    exchange(&second.count, "a field of an object");
    exchange(&Of<long>::values[3], "a variable of a template");
    CHECK(inside() == 200, "a variable that is initialized late");
    exchange(&inside(), "a variable that is initialized late");
    for (int i = 0; i < 10000; i++) numbers.push_back(i), by_name[std::to_string(i)] = i;
    CHECK(numbers.back() == 9999 && by_name["4321"] == 4321, "containers grow");
    bool caught = false;
    try {
        throw std::runtime_error("thrown");
    } catch (const std::exception &error) {
        caught = std::string(error.what()) == "thrown";
    }
    CHECK(caught, "exceptions");
    long *heap = static_cast<long *>(shmem_malloc(sizeof(long)));
    exchange(heap, "the heap");
    shmem_free(heap);
    const shmem_team_t team = SHMEM_TEAM_WORLD;
    static long sum, one = 1;
    CHECK(shmem_long_sum_reduce(team, &sum, &one, 1) == 0 && sum == pes, "shmem_long_sum_reduce");
    return end("objects");
}
