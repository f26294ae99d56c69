// What the bench calls of hnswlib, as plain functions. Compiled when the bench runs.
#include <hnswlib/hnswlib.h>

using Index = hnswlib::HierarchicalNSW<float>;

struct Peer {
    hnswlib::InnerProductSpace space;
    Index index;
    Peer(size_t dimension, size_t capacity, size_t links, size_t breadth) : space(dimension), index(&space, capacity, links, breadth) {}
};

extern "C" Peer *peer_create(size_t dimension, size_t capacity, size_t links, size_t breadth) {
    return new Peer(dimension, capacity, links, breadth);
}

extern "C" void peer_add(Peer *peer, const float *vectors, size_t dimension, size_t first, size_t count) {
    for (size_t i = 0; i < count; i++) peer->index.addPoint(vectors + (first + i) * dimension, first + i);
}

extern "C" void peer_search(Peer *peer, const float *queries, size_t dimension, size_t count, size_t k, size_t breadth, long long *ids) {
    peer->index.setEf(breadth);
    for (size_t i = 0; i < count; i++) {
        auto found = peer->index.searchKnn(queries + i * dimension, k);
        for (size_t at = found.size(); at-- > 0; found.pop()) ids[i * k + at] = (long long)found.top().second;
    }
}

extern "C" void peer_free(Peer *peer) { delete peer; }
