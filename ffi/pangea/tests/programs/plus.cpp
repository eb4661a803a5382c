// From C++: handles in guards, functions without captures as callbacks.

#include "check.h"

#include <cstdint>
#include <cstdio>
#include <memory>
#include <vector>

namespace {

struct Free {
    void operator()(pangea_array *array) const { OK(pangea_array_release(array)); }
    void operator()(pangea_shared *shared) const { OK(pangea_shared_release(shared)); }
    void operator()(pangea_view *view) const { OK(pangea_view_close(view)); }
    void operator()(pangea_release_array *array) const { OK(pangea_release_array_free(array)); }
    void operator()(pangea_node *node) const { OK(pangea_leave(node)); }
};

template <typename T> using Handle = std::unique_ptr<T, Free>;

} // namespace

int main() {
    pangea_node *joined = nullptr;
    OK(pangea_join(&joined));
    Handle<pangea_node> node(joined);
    const auto rank = pangea_node_rank(node.get()), size = pangea_node_size(node.get());
    {
        pangea_spec spec{};
        spec.element_type = PANGEA_TYPE_F32;
        spec.len = 128;
        spec.distribution = PANGEA_DISTRIBUTION_BLOCK_CYCLIC;
        spec.cyclic_block = 8;
        pangea_array *made = nullptr;
        OK(pangea_array_create(node.get(), "floats", &spec, &made));
        Handle<pangea_array> array(made);
        if (rank == 0) {
            const std::vector<float> values(128, 1.5F);
            OK(pangea_array_put_range(array.get(), 0, values.data(), values.size()));
        }
        OK(pangea_node_barrier(node.get()));
        std::vector<float> values(128);
        OK(pangea_array_get_range(array.get(), 0, values.data(), values.size()));
        for (const float value : values) {
            TRUE(value == 1.5F);
        }
        OK(pangea_node_barrier(node.get()));
    }
    {
        pangea_spec spec{};
        spec.element_type = PANGEA_TYPE_I64;
        pangea_shared *made = nullptr;
        OK(pangea_shared_create(node.get(), "sum", &spec, &made));
        Handle<pangea_shared> sum(made);
        std::int64_t add = 2;
        OK(pangea_shared_update(
            sum.get(),
            [](void *value, void *context) {
                *static_cast<std::int64_t *>(value) += *static_cast<std::int64_t *>(context);
            },
            &add));
        OK(pangea_node_barrier(node.get()));
        std::int64_t found = 0;
        OK(pangea_shared_load(sum.get(), &found));
        TRUE(found == static_cast<std::int64_t>(2 * size));
        OK(pangea_node_barrier(node.get()));
    }
    {
        pangea_spec spec{};
        spec.element_type = PANGEA_TYPE_F64;
        spec.len = 1000;
        pangea_release_array *made = nullptr;
        OK(pangea_release_array_create(node.get(), "grid", &spec, &made));
        Handle<pangea_release_array> grid(made);
        pangea_view *opened = nullptr;
        OK(pangea_view_open(grid.get(), nullptr, &opened));
        Handle<pangea_view> view(opened);
        auto *cells = static_cast<double *>(pangea_view_data(view.get()));
        for (std::size_t i = rank; i < 1000; i += size) {
            cells[i] = static_cast<double>(i);
        }
        OK(pangea_view_barrier(view.get()));
        double sum = 0;
        for (std::size_t i = 0; i < 1000; i++) {
            sum += cells[i];
        }
        TRUE(sum == 499500);
        OK(pangea_view_barrier(view.get()));
    }
    std::printf("plus: good\n");
    return 0;
}
