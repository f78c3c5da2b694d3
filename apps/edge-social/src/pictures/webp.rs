//! WebP: chunks in a RIFF container.

use super::clean::{Parts, Refused, take};

/// Flags of the extended header that tell of chunks which are left out: colour profile, Exif, XMP.
const FLAGS_DROPPED: u8 = 0b0010_1100;
const FLAG_MOVING: u8 = 0b0000_0010;

pub fn is(file: &[u8]) -> bool {
    file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP")
}

pub fn parts(file: &[u8]) -> Result<Parts, Refused> {
    let riff = usize::try_from(u32_le(file.get(4..).unwrap_or_default())?).map_err(|_| Refused::Damaged)?;
    let end = riff.checked_add(8).ok_or(Refused::Damaged)?;
    let mut rest = file.get(12..end).ok_or(Refused::Damaged)?;
    let mut body = b"WEBP".to_vec();
    let (mut width, mut height, mut pictures) = (0, 0, 0);
    while !rest.is_empty() {
        let kind: [u8; 4] = take(&mut rest, 4)?.try_into().map_err(|_| Refused::Damaged)?;
        let length = usize::try_from(u32_le(take(&mut rest, 4)?)?).map_err(|_| Refused::Damaged)?;
        let mut data = take(&mut rest, length)?.to_vec();
        // Chunks begin at even places.
        if length % 2 == 1 && !rest.is_empty() {
            take(&mut rest, 1)?;
        }
        let size = match &kind {
            b"VP8X" => {
                let flags = data.first_mut().ok_or(Refused::Damaged)?;
                if *flags & FLAG_MOVING != 0 {
                    return Err(Refused::Moving);
                }
                *flags &= !FLAGS_DROPPED;
                canvas_size(&data)?
            }
            b"VP8 " => lossy_size(&data)?,
            b"VP8L" => lossless_size(&data)?,
            b"ALPH" => (0, 0),
            b"ANIM" | b"ANMF" => return Err(Refused::Moving),
            _ => continue,
        };
        pictures += usize::from(matches!(&kind, b"VP8 " | b"VP8L"));
        (width, height) = (size.0.max(width), size.1.max(height));
        push(&mut body, kind, &data)?;
    }
    if pictures != 1 {
        return Err(Refused::Damaged);
    }
    let mut bytes = Vec::with_capacity(body.len() + 8);
    push(&mut bytes, *b"RIFF", &body)?;
    Ok(Parts { bytes, width, height })
}

fn push(bytes: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) -> Result<(), Refused> {
    let length = u32::try_from(data.len()).map_err(|_| Refused::Damaged)?;
    bytes.extend(kind);
    bytes.extend(length.to_le_bytes());
    bytes.extend_from_slice(data);
    if length % 2 == 1 {
        bytes.push(0);
    }
    Ok(())
}

fn u32_le(bytes: &[u8]) -> Result<u32, Refused> {
    let four = bytes.get(..4).and_then(|four| four.try_into().ok()).ok_or(Refused::Damaged)?;
    Ok(u32::from_le_bytes(four))
}

/// Of the extended header: two numbers of three bytes, each one less than it means.
fn canvas_size(data: &[u8]) -> Result<(u32, u32), Refused> {
    let side = |at: usize| match data.get(at..at + 3) {
        Some([low, middle, high]) => Ok(u32::from_le_bytes([*low, *middle, *high, 0]) + 1),
        _ => Err(Refused::Damaged),
    };
    Ok((side(4)?, side(7)?))
}

/// Of a VP8 key frame (RFC 6386, 9.1): fourteen bits each.
fn lossy_size(data: &[u8]) -> Result<(u32, u32), Refused> {
    match data.get(3..10) {
        Some([0x9d, 0x01, 0x2a, a, b, c, d]) => {
            let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            Ok((side(*a, *b), side(*c, *d)))
        }
        _ => Err(Refused::Damaged),
    }
}

/// Of a lossless picture: fourteen bits each, one less than they mean.
fn lossless_size(data: &[u8]) -> Result<(u32, u32), Refused> {
    if data.first() != Some(&0x2f) {
        return Err(Refused::Damaged);
    }
    let bits = u32_le(data.get(1..).unwrap_or_default())?;
    Ok(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
}
