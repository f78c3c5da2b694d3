//! The formats that are read. Each turns a file into [`Entry`]s; a row that cannot be read is an entry too.

mod kiosk_jsonl;
mod online_boutique;
mod shopify_csv;
mod shopify_product;

use std::path::{Path, PathBuf};

use kiosk_money::{Currency, Money};

use super::draft::{Entry, PRICE_AMOUNT_MAX};

/// Largest file, in bytes.
pub const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Shopify's product CSV.
    ShopifyCsv,
    /// The `products.json` of Google's Online Boutique.
    OnlineBoutique,
    /// Kiosk's own JSON lines.
    KioskJsonl,
}

impl Format {
    /// As it is stored and typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ShopifyCsv => "shopify-csv",
            Self::OnlineBoutique => "online-boutique",
            Self::KioskJsonl => "kiosk-jsonl",
        }
    }
}

/// What the file does not say.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Currency of prices that have none.
    pub currency: Currency,
    /// Pieces on hand where the file does not count them.
    pub default_stock: i64,
    /// Folder of the pictures.
    pub pictures: Pictures,
    /// Country that vendors ship from, ISO 3166-1 alpha-2.
    pub ships_from: String,
    /// When this import runs, Unix milliseconds.
    pub now_ms: i64,
}

/// Where pictures that are named by file are.
#[derive(Clone, Debug)]
pub enum Pictures {
    /// In a folder.
    Folder(PathBuf),
    /// Drawn by the demo shop.
    Demo,
}

/// A file of which nothing can be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be opened.
    #[error("the file cannot be read")]
    File(#[from] std::io::Error),
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("the file is larger than {} MiB", FILE_BYTES_MAX / 1024 / 1024)]
    TooLarge,
    /// It is of another format.
    #[error("the file is not of this format: {0}")]
    NotThisFormat(String),
}

/// Reads a file.
///
/// # Errors
/// See [`ReadError`]; a row that cannot be read is none.
pub fn read_file(format: Format, path: &Path, settings: &Settings) -> Result<Vec<Entry>, ReadError> {
    if std::fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(ReadError::TooLarge);
    }
    read(format, &std::fs::read(path)?, settings)
}

/// Reads a file's bytes.
///
/// # Errors
/// See [`ReadError`]; a row that cannot be read is none.
pub fn read(format: Format, bytes: &[u8], settings: &Settings) -> Result<Vec<Entry>, ReadError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match format {
        Format::ShopifyCsv => shopify_csv::read(bytes, settings),
        Format::OnlineBoutique => online_boutique::read(bytes, settings),
        Format::KioskJsonl => kiosk_jsonl::read(bytes, settings),
    }
}

/// The demo catalogue.
#[must_use]
pub fn read_demo(settings: &Settings) -> Vec<Entry> {
    (1..)
        .zip(kiosk_demo_shop::json_lines())
        .map(|(line, text)| kiosk_jsonl::read_line(line, &text, settings))
        .collect()
}

/// A price that a shop can ask.
fn check_price(price: Money) -> Result<Money, String> {
    if (0..=PRICE_AMOUNT_MAX).contains(&price.amount) {
        Ok(price)
    } else {
        Err("the price is negative or too high".to_owned())
    }
}
