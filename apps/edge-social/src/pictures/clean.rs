//! What is taken as a picture, and what is left of it.
//!
//! A file is copied part by part, and only the parts that make the picture: no place and time of a camera, no comment, no
//! second file behind the first. Nothing is decoded here; the core does that, and makes a picture of its own.

use super::{jpeg, png, webp};

/// Longest side, in pixels.
pub const SIDE_PX_MAX: u32 = 12_000;
/// Most pixels: a small file may hold a picture that fills a machine's memory.
pub const PIXELS_MAX: u64 = 40_000_000;

/// A picture without anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clean {
    /// File ending that tells the media type.
    pub ext: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// What a format's reader finds.
pub struct Parts {
    pub bytes: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// None of the formats.
    #[error("only JPEG, PNG and WebP pictures are taken")]
    Format,
    /// It begins as a picture and goes on as something else.
    #[error("the file is damaged or not a picture")]
    Damaged,
    /// Its picture moves.
    #[error("moving pictures are not taken")]
    Moving,
    /// Too many pixels.
    #[error("the picture has too many pixels: at most 40 million, 12,000 on a side")]
    TooLarge,
}

/// The picture of a file.
pub fn clean(file: &[u8]) -> Result<Clean, Refused> {
    let (ext, parts) = if jpeg::is(file) {
        ("jpg", jpeg::parts(file)?)
    } else if png::is(file) {
        ("png", png::parts(file)?)
    } else if webp::is(file) {
        ("webp", webp::parts(file)?)
    } else {
        return Err(Refused::Format);
    };
    let Parts { bytes, width, height } = parts;
    if width == 0 || height == 0 {
        return Err(Refused::Damaged);
    }
    if width.max(height) > SIDE_PX_MAX || u64::from(width) * u64::from(height) > PIXELS_MAX {
        return Err(Refused::TooLarge);
    }
    Ok(Clean { ext, bytes })
}

/// The next `length` bytes, taken off `rest`.
pub fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Refused> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Refused::Damaged)?;
    *rest = left;
    Ok(taken)
}

/// A number of two bytes, the high one first.
pub fn u16_be(bytes: &[u8]) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(..2)?.try_into().ok()?))
}

/// A number of four bytes, the high one first.
pub fn u32_be(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?))
}
