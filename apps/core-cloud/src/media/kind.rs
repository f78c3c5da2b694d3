//! What kind of picture bytes are, told by the bytes alone.

use super::svg;

/// Largest picture, in bytes: a POP keeps it as one value, and D1 takes values of up to 2,000,000 bytes.
pub const PICTURE_BYTES_MAX: usize = 1_900_000;

/// A kind of picture that browsers show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// SVG without anything that acts.
    Svg,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

/// Why bytes are not taken as a picture.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAPicture {
    /// Larger than [`PICTURE_BYTES_MAX`].
    #[error("the picture is larger than {PICTURE_BYTES_MAX} bytes")]
    TooLarge,
    /// None of the kinds.
    #[error("not a JPEG, PNG, WebP or SVG picture")]
    UnknownKind,
    /// An SVG that holds more than a drawing.
    #[error("not a safe SVG: {0}")]
    UnsafeSvg(String),
}

impl Kind {
    /// Tells the kind of a picture.
    ///
    /// # Errors
    /// See [`NotAPicture`].
    pub fn of(bytes: &[u8]) -> Result<Self, NotAPicture> {
        if bytes.len() > PICTURE_BYTES_MAX {
            return Err(NotAPicture::TooLarge);
        }
        if let Some(kind) = Self::of_pixels(bytes) {
            return Ok(kind);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| NotAPicture::UnknownKind)?;
        if !text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
            return Err(NotAPicture::UnknownKind);
        }
        svg::check(text).map_err(NotAPicture::UnsafeSvg)?;
        Ok(Self::Svg)
    }

    /// Tells the kind of a picture of pixels by its first bytes.
    #[must_use]
    pub fn of_pixels(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            return Some(Self::Jpeg);
        }
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            return Some(Self::Png);
        }
        (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")).then_some(Self::WebP)
    }

    /// The ending of its file.
    #[must_use]
    pub const fn ext(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }

    /// Reads what [`Self::ext`] wrote.
    #[must_use]
    pub fn from_ext(ext: &str) -> Option<Self> {
        [Self::Svg, Self::Jpeg, Self::Png, Self::WebP].into_iter().find(|kind| kind.ext() == ext)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_the_kind() {
        assert_eq!(Kind::of(&[0xff, 0xd8, 0xff, 0xe0]), Ok(Kind::Jpeg));
        assert_eq!(Kind::of(b"\x89PNG\r\n\x1a\n\0"), Ok(Kind::Png));
        assert_eq!(Kind::of(b"RIFF\0\0\0\0WEBPVP8 "), Ok(Kind::WebP));
        assert_eq!(Kind::of(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), Ok(Kind::Svg));
        assert_eq!(Kind::of(b"GIF89a"), Err(NotAPicture::UnknownKind));
        assert_eq!(Kind::of(&[]), Err(NotAPicture::UnknownKind));
        assert_eq!(Kind::of(&vec![0; PICTURE_BYTES_MAX + 1]), Err(NotAPicture::TooLarge));
        assert!(matches!(Kind::of(b"<html></html>"), Err(NotAPicture::UnsafeSvg(_))));
    }
}
