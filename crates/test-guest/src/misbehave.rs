//! What a guest should not do.

use crate::Response;

/// Computes for ever.
pub fn spin() -> Response {
    let mut n = 0_u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
}

/// Takes memory until there is none.
pub fn allocate() -> Response {
    let mut taken: Vec<Vec<u8>> = Vec::new();
    loop {
        taken.push(vec![1; 1 << 20]);
        std::hint::black_box(&taken);
    }
}

/// Traps.
pub fn trap() -> Response {
    std::process::abort()
}
