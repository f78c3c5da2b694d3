"""Imported before numpy: one thread and one instruction set, so that sums are added in the same order on every x86-64
machine with AVX2, and training writes the same bytes."""

import os

os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_CORETYPE": "Haswell",
               "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}
