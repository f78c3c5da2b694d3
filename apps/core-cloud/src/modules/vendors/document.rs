//! Documents that vendors hand in: kept as they are, for admins and the vendor alone.

use http::StatusCode;
use kiosk_problem::Problem;

/// Largest document, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 5 * 1024 * 1024;

/// What a document is, told by its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// PDF.
    Pdf,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
}

impl Form {
    /// Tells the form of a document.
    ///
    /// # Errors
    /// 422 `document_refused`.
    pub fn of(bytes: &[u8]) -> Result<Self, Problem> {
        let refused = |why: &str| {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Problem::new(status, "document_refused", "The document is not taken").param("file").detail(why)
        };
        if bytes.is_empty() {
            return Err(refused("Choose a file."));
        }
        if bytes.len() > DOCUMENT_BYTES_MAX {
            return Err(refused("It is larger than 5 MiB."));
        }
        if bytes.starts_with(b"%PDF-") {
            Ok(Self::Pdf)
        } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Ok(Self::Png)
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            Ok(Self::Jpeg)
        } else {
            Err(refused("It is no PDF, PNG or JPEG."))
        }
    }

    /// The ending of its file.
    #[must_use]
    pub const fn ext(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
        }
    }

    /// The media type of a file of this ending.
    #[must_use]
    pub fn media_type(ext: &str) -> &'static str {
        match ext {
            "pdf" => "application/pdf",
            "png" => "image/png",
            "jpg" => "image/jpeg",
            _ => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_tell_what_a_document_is() {
        assert_eq!(Form::of(b"%PDF-1.7").ok(), Some(Form::Pdf));
        assert_eq!(Form::of(&[0xff, 0xd8, 0xff, 0xe1]).ok(), Some(Form::Jpeg));
        for bytes in [&b"<html>%PDF-"[..], b"MZ", b"", &vec![b'%'; DOCUMENT_BYTES_MAX + 1]] {
            assert!(Form::of(bytes).is_err());
        }
    }
}
