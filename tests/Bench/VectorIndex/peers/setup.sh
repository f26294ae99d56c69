#!/bin/sh
# Installs what the vectorindex bench compares with: hnswlib's header and a compiler, and FAISS for the system's Python.
set -e
apt-get install -y --no-install-recommends g++ libhnswlib-dev python3-faiss
