//! Randomness of the operating system.

use crate::error::Error;

/// Random bytes.
///
/// # Errors
/// When the system has none.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::File(std::io::Error::other(error)))?;
    Ok(bytes)
}
