//! The one thing of a camera's notes that the picture needs: how the camera was held.

use super::clean::{u16_be, u32_be};

const PREFIX: &[u8] = b"Exif\0\0";
const ORIENTATION: u16 = 0x0112;
const SHORT: u16 = 3;
/// Most entries that are looked at.
const ENTRIES_MAX: u16 = 200;

/// The orientation of an Exif segment: 1 to 8.
pub fn orientation(segment: &[u8]) -> Option<u8> {
    let tiff = segment.strip_prefix(PREFIX)?;
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at =
        |at: usize| u16_be(tiff.get(at..)?).map(|value| if little { value.swap_bytes() } else { value });
    let u32_at =
        |at: usize| u32_be(tiff.get(at..)?).map(|value| if little { value.swap_bytes() } else { value });
    let first = usize::try_from(u32_at(4)?).ok()?;
    let entries = u16_at(first)?.min(ENTRIES_MAX);
    (0..usize::from(entries))
        .filter_map(|index| first.checked_add(2 + index * 12))
        .find(|at| u16_at(*at) == Some(ORIENTATION) && u16_at(at + 2) == Some(SHORT))
        .and_then(|at| u16_at(at + 8))
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (1..=8).contains(value))
}

/// An Exif segment that says nothing else.
pub fn with_orientation(orientation: u8) -> Vec<u8> {
    let mut segment = PREFIX.to_vec();
    segment.extend(b"MM\0*\0\0\0\x08\0\x01");
    segment.extend(ORIENTATION.to_be_bytes());
    segment.extend([0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    segment.extend([0; 4]);
    segment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for orientation_is in 1..=8 {
            assert_eq!(orientation(&with_orientation(orientation_is)), Some(orientation_is));
        }
        assert_eq!(orientation(&with_orientation(9)), None);
        assert_eq!(orientation(b"Exif\0\0II*\0\xff\xff\xff\xff"), None);
        assert_eq!(orientation(b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"), Some(6));
        assert_eq!(orientation(b"http://ns.adobe.com/xap/1.0/\0"), None);
    }
}
