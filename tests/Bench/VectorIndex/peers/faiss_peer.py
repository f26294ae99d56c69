"""FAISS's HNSW, asked by lines. Arguments: vectors, queries, dimension, links, breadth of construction, k, file for answers."""
import sys
import time

import faiss
import numpy

vectors, queries, dimension, links, breadth, k, answers = sys.argv[1:]
dimension, links, breadth, k = int(dimension), int(links), int(breadth), int(k)
faiss.omp_set_num_threads(1)
index = faiss.IndexHNSWFlat(dimension, links, faiss.METRIC_INNER_PRODUCT)
index.hnsw.efConstruction = breadth
stored = numpy.fromfile(vectors, dtype=numpy.float32).reshape(-1, dimension)
asked = numpy.fromfile(queries, dtype=numpy.float32).reshape(-1, dimension)
start = time.perf_counter()
index.add(stored)
print(time.perf_counter() - start, flush=True)
for line in sys.stdin:
    index.hnsw.efSearch = int(line)
    start = time.perf_counter()
    _, ids = index.search(asked, k)
    elapsed = time.perf_counter() - start
    ids.astype(numpy.int64).tofile(answers)
    print(elapsed, flush=True)
