//! Pictures of strangers, drawn anew: what is kept holds pixels and nothing else. Metadata, a second file behind the
//! picture and whatever else rides along is gone afterwards.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits, Rgba};
use sha2::{Digest, Sha256};

use super::kind::{Kind, PICTURE_BYTES_MAX};

/// Largest picture that is uploaded, in bytes.
pub const UPLOAD_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most pixels of a picture that is uploaded.
pub const PIXELS_MAX: u64 = 40_000_000;
/// Longest side of a picture that is uploaded, in pixels.
pub const SIDE_PIXELS_MAX: u32 = 20_000;
/// Widths that pictures are kept in, in pixels; none is wider than the picture was.
pub const WIDTHS: [u32; 3] = [320, 640, 1_280];
/// Highest that a picture is kept, in pixels; a higher one is made smaller to fit.
const HEIGHT_PIXELS_MAX: u32 = 2_560;
/// Most memory that a decoder takes, in bytes: 16 bits for each of four channels, and some room to work in.
const DECODE_BYTES_MAX: u64 = PIXELS_MAX * 8 + 64 * 1024 * 1024;
/// Qualities of JPEGs, of 100: the first whose bytes are few enough is taken.
const JPEG_QUALITIES: [u8; 3] = [82, 60, 30];

/// Why a picture is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Larger than [`UPLOAD_BYTES_MAX`].
    #[error("the picture is larger than {} MiB", UPLOAD_BYTES_MAX / 1024 / 1024)]
    TooLarge,
    /// None of the kinds.
    #[error("not a JPEG, PNG or WebP picture")]
    UnknownKind,
    /// More than [`PIXELS_MAX`], or longer than [`SIDE_PIXELS_MAX`].
    #[error("the picture has more than {} megapixels", PIXELS_MAX / 1_000_000)]
    TooManyPixels,
    /// The bytes are not what they begin as.
    #[error("the picture cannot be read; it may be damaged")]
    Damaged,
}

/// A picture in one width.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// In pixels.
    pub width: u32,
    /// SHA-256 of the bytes, hex.
    pub hash: String,
    /// Its kind.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Reads a picture and draws it in each of [`WIDTHS`], the narrowest first. Takes a processor for a moment and, for a
/// moment, much memory.
///
/// # Errors
/// See [`Unusable`].
pub fn encode(bytes: &[u8]) -> Result<Vec<Encoded>, Unusable> {
    let picture = decode(bytes)?;
    let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|width| *width < picture.width()).collect();
    widths.push(picture.width().min(WIDTHS[WIDTHS.len() - 1]));
    widths.dedup();
    let drawn = widths.into_iter().map(|width| draw(&picture, width));
    let mut drawn = drawn.collect::<Result<Vec<_>, _>>()?;
    // A very high one comes out the same in several widths.
    drawn.dedup_by_key(|encoded| encoded.width);
    Ok(drawn)
}

/// The size is known from the first bytes, before anything is unpacked.
fn decode(bytes: &[u8]) -> Result<DynamicImage, Unusable> {
    if bytes.len() > UPLOAD_BYTES_MAX {
        return Err(Unusable::TooLarge);
    }
    let format = match Kind::of_pixels(bytes).ok_or(Unusable::UnknownKind)? {
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Png => ImageFormat::Png,
        Kind::WebP => ImageFormat::WebP,
        Kind::Svg => return Err(Unusable::UnknownKind),
    };
    let damaged = |_| Unusable::Damaged;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODE_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Unusable::Damaged);
    }
    if u64::from(width) * u64::from(height) > PIXELS_MAX || width.max(height) > SIDE_PIXELS_MAX {
        return Err(Unusable::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(damaged)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn draw(picture: &DynamicImage, width: u32) -> Result<Encoded, Unusable> {
    let fits = picture.width() <= width && picture.height() <= HEIGHT_PIXELS_MAX;
    let drawn =
        if fits { picture.clone() } else { picture.resize(width, HEIGHT_PIXELS_MAX, FilterType::CatmullRom) };
    let (kind, bytes) = pack(&drawn).map_err(|_| Unusable::Damaged)?;
    Ok(Encoded { width: drawn.width(), hash: hex::encode(Sha256::digest(&bytes)), kind, bytes })
}

/// Transparent pictures stay so, unless they would be too large for that.
fn pack(picture: &DynamicImage) -> Result<(Kind, Vec<u8>), image::ImageError> {
    let see_through = picture.color().has_alpha().then(|| picture.to_rgba8());
    let see_through = see_through.filter(|pixels| pixels.pixels().any(|Rgba([.., alpha])| *alpha < u8::MAX));
    let Some(pixels) = see_through else {
        return Ok((Kind::Jpeg, jpeg(&picture.to_rgb8())?));
    };
    let (width, height) = pixels.dimensions();
    let colour = image::ExtendedColorType::Rgba8;
    let mut bytes = Vec::new();
    WebPEncoder::new_lossless(&mut bytes).write_image(&pixels, width, height, colour)?;
    if bytes.len() <= PICTURE_BYTES_MAX {
        return Ok((Kind::WebP, bytes));
    }
    let mut paper = image::RgbaImage::from_pixel(width, height, Rgba([u8::MAX; 4]));
    image::imageops::overlay(&mut paper, &pixels, 0, 0);
    Ok((Kind::Jpeg, jpeg(&DynamicImage::from(paper).to_rgb8())?))
}

/// In the best quality that a POP can keep.
fn jpeg(pixels: &image::RgbImage) -> Result<Vec<u8>, image::ImageError> {
    let mut bytes = Vec::new();
    for quality in JPEG_QUALITIES {
        bytes.clear();
        JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(pixels)?;
        if bytes.len() <= PICTURE_BYTES_MAX {
            break;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use image::{RgbImage, RgbaImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let pixels = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(pixels).write_to(&mut bytes, ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_is_drawn_in_widths_up_to_its_own() {
        let widths = |width| -> Vec<u32> {
            encode(&png(width, 300)).unwrap().iter().map(|encoded| encoded.width).collect()
        };
        assert_eq!(widths(1_600), [320, 640, 1_280]);
        assert_eq!(widths(700), [320, 640, 700]);
        assert_eq!(widths(320), [320]);
        assert_eq!(widths(40), [40]);
    }

    #[test]
    fn what_rides_along_is_gone() {
        let mut polyglot = png(64, 64);
        polyglot.extend_from_slice(b"<script>alert(1)</script>PK\x03\x04");
        let encoded = encode(&polyglot).unwrap().remove(0);
        assert_eq!(Kind::of(&encoded.bytes), Ok(Kind::Jpeg));
        assert!(!encoded.bytes.windows(7).any(|bytes| bytes == b"<script"));
    }

    #[test]
    fn a_transparent_picture_stays_transparent() {
        let mut bytes = Cursor::new(Vec::new());
        let pixels = RgbaImage::from_pixel(20, 20, Rgba([1, 2, 3, 100]));
        DynamicImage::from(pixels).write_to(&mut bytes, ImageFormat::Png).unwrap();
        assert_eq!(encode(bytes.get_ref()).unwrap()[0].kind, Kind::WebP);
    }

    #[test]
    fn bombs_and_false_pictures_are_refused() {
        assert_eq!(encode(b"GIF89a").unwrap_err(), Unusable::UnknownKind);
        assert_eq!(encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap_err(), Unusable::UnknownKind);
        assert_eq!(encode(b"\x89PNG\r\n\x1a\nnot at all").unwrap_err(), Unusable::Damaged);
        assert_eq!(encode(&png(64, 64)[..200]).unwrap_err(), Unusable::Damaged);
        assert_eq!(encode(&vec![0; UPLOAD_BYTES_MAX + 1]).unwrap_err(), Unusable::TooLarge);
        // A few hundred bytes that say they are a picture of 60,000 by 60,000.
        let mut bomb = png(8, 8);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(encode(&bomb).unwrap_err(), Unusable::TooManyPixels);
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 }
            })
        })
    }
}
