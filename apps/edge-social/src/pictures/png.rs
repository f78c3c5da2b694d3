//! PNG (ISO/IEC 15948): chunks.

use super::clean::{Parts, Refused, take, u32_be};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The chunks that make the picture. An animation loses its motion and keeps its picture.
const KEPT: [&[u8]; 8] = [b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"IDAT", b"IEND"];

pub fn is(file: &[u8]) -> bool {
    file.starts_with(SIGNATURE)
}

pub fn parts(file: &[u8]) -> Result<Parts, Refused> {
    let mut rest = file.strip_prefix(SIGNATURE).ok_or(Refused::Format)?;
    let mut bytes = SIGNATURE.to_vec();
    let (mut size, mut data) = (None, false);
    loop {
        let head = u32_be(rest).ok_or(Refused::Damaged)?;
        let length =
            usize::try_from(head).ok().and_then(|length| length.checked_add(12)).ok_or(Refused::Damaged)?;
        let chunk = take(&mut rest, length)?;
        let kind = &chunk[4..8];
        let first = size.is_none();
        if first {
            let at = |place: usize| chunk.get(place..).and_then(u32_be).ok_or(Refused::Damaged);
            size = Some((at(8)?, at(12)?));
        }
        // The header comes first and once; what is unknown and not said to be an extra cannot be left out.
        let is_kept = KEPT.contains(&kind);
        if first != (kind == b"IHDR") || (!is_kept && kind[0].is_ascii_uppercase()) {
            return Err(Refused::Damaged);
        }
        if is_kept {
            bytes.extend_from_slice(chunk);
        }
        data |= kind == b"IDAT";
        if kind == b"IEND" {
            break;
        }
    }
    let (width, height) = size.filter(|_| data).ok_or(Refused::Damaged)?;
    Ok(Parts { bytes, width, height })
}
