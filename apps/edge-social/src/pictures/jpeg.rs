//! JPEG (ITU-T T.81): segments, and after each start of scan the coded data.

use super::clean::{Parts, Refused, take, u16_be};
use super::exif;

const MARK: u8 = 0xff;
const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP14: u8 = 0xee;
/// A JFIF header without its thumbnail, in bytes.
const JFIF_BYTES: usize = 14;
/// An Adobe header: how colours are to be read.
const ADOBE_BYTES: usize = 12;

pub fn is(file: &[u8]) -> bool {
    file.starts_with(&[MARK, START, MARK])
}

pub fn parts(file: &[u8]) -> Result<Parts, Refused> {
    let mut rest = file.get(2..).unwrap_or_default();
    let (mut kept, mut orientation, mut size, mut scans) = (Vec::with_capacity(file.len()), 1, None, 0);
    loop {
        let marker = marker(&mut rest)?;
        if marker == END {
            break;
        }
        let length = usize::from(u16_be(rest).ok_or(Refused::Damaged)?);
        let segment = take(&mut rest, length)?.get(2..).ok_or(Refused::Damaged)?;
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                // A second frame would be another picture.
                if size.replace(frame_size(segment)?).is_some() {
                    return Err(Refused::Damaged);
                }
                push(&mut kept, marker, segment);
            }
            // Tables: Huffman, arithmetic, quantisation, restarts.
            0xc4 | 0xcc | 0xdb | 0xdd => push(&mut kept, marker, segment),
            SCAN if size.is_some() => {
                push(&mut kept, marker, segment);
                let coded = coded_bytes(rest);
                kept.extend_from_slice(take(&mut rest, coded)?);
                scans += 1;
            }
            APP0 if segment.starts_with(b"JFIF\0") && segment.len() >= JFIF_BYTES => {
                let mut header = segment[..JFIF_BYTES].to_vec();
                header[JFIF_BYTES - 2..].fill(0);
                push(&mut kept, marker, &header);
            }
            APP14 if segment.starts_with(b"Adobe") && segment.len() >= ADOBE_BYTES => {
                push(&mut kept, marker, &segment[..ADOBE_BYTES]);
            }
            APP1 => orientation = exif::orientation(segment).unwrap_or(orientation),
            // What cameras and programs tell besides, and comments.
            0xe0..=0xef | 0xfe => {}
            _ => return Err(Refused::Damaged),
        }
    }
    let (width, height) = size.filter(|_| scans > 0).ok_or(Refused::Damaged)?;
    let mut bytes = Vec::with_capacity(kept.len() + 64);
    bytes.extend([MARK, START]);
    if orientation > 1 {
        push(&mut bytes, APP1, &exif::with_orientation(orientation));
    }
    bytes.extend(kept);
    bytes.extend([MARK, END]);
    Ok(Parts { bytes, width, height })
}

/// The marker that comes next; fill bytes may stand before it.
fn marker(rest: &mut &[u8]) -> Result<u8, Refused> {
    if take(rest, 1)? != [MARK] {
        return Err(Refused::Damaged);
    }
    loop {
        match take(rest, 1)? {
            [MARK] => {}
            [0] | [] => return Err(Refused::Damaged),
            [marker, ..] => return Ok(*marker),
        }
    }
}

/// Width and height of a frame. One whose height comes later is not taken.
fn frame_size(segment: &[u8]) -> Result<(u32, u32), Refused> {
    let at = |place: usize| segment.get(place..).and_then(u16_be).ok_or(Refused::Damaged);
    Ok((at(3)?.into(), at(1)?.into()))
}

/// Bytes of coded data until the next marker that is no restart.
fn coded_bytes(rest: &[u8]) -> usize {
    let is_marker = |pair: &[u8]| pair[0] == MARK && !matches!(pair[1], 0 | MARK | 0xd0..=0xd7);
    rest.windows(2).position(is_marker).unwrap_or(rest.len())
}

fn push(bytes: &mut Vec<u8>, marker: u8, segment: &[u8]) {
    // It came with a length of two bytes, or is shorter.
    let length = u16::try_from(segment.len() + 2).unwrap_or(u16::MAX);
    bytes.extend([MARK, marker]);
    bytes.extend(length.to_be_bytes());
    bytes.extend_from_slice(segment);
}
