//! Invoices and credit notes. A parcel that left is invoiced by its vendor, who is the seller; what is owed back is
//! credited. A document never changes: what it says is written down when it gets its number.

use kiosk_ids::VendorId;
use kiosk_money::{Currency, Money};
use kiosk_tax::{Day, Scheme};
use serde::{Deserialize, Serialize};

use super::documents_store as store;
use super::service::Service;
use super::terms::{Line, Parts, Sale};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::fact::Told;
use crate::modules::vendors::service as vendors;
use crate::page::List;

/// Most invoices that a credit note names.
const CORRECTED_MAX: i64 = 20;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What is owed.
    Invoice,
    /// What is owed back.
    CreditNote,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Invoice, Self::CreditNote];

    /// As it is stored and filtered by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
        }
    }

    /// For people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Invoice => "Invoice",
            Self::CreditNote => "Credit note",
        }
    }

    const fn series(self) -> &'static str {
        match self {
            Self::Invoice => "INV",
            Self::CreditNote => "CRN",
        }
    }
}

/// Who sells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// `ven_…`.
    pub vendor: String,
    /// As it is registered, else its trading name.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// Postcode and city.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// For value added tax.
    pub vat_id: String,
    /// Of the commercial register.
    pub register_number: String,
}

/// A line of a document. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What it is called.
    pub title: String,
    /// What was sold; empty for delivery.
    pub sku: String,
    /// Pieces.
    pub quantity: i64,
    /// What the customer pays.
    pub gross: i64,
    /// Tax in it.
    pub tax: i64,
    /// Listed price of one piece, where another is paid.
    #[serde(default)]
    pub list_price: Option<i64>,
    /// What discounts take off all of them.
    #[serde(default)]
    pub discount: i64,
}

/// An invoice or a credit note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// `INV-2026-000001`: of its vendor, without a gap within the year.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// When it was issued, Unix milliseconds.
    pub issued_ms: i64,
    /// `ord_…`.
    pub order: String,
    /// When that was placed, Unix milliseconds.
    pub placed_ms: i64,
    /// The parcel or the refund that it is about.
    pub reference: String,
    /// The invoices of the order, on a credit note.
    pub corrects: Vec<String>,
    /// Who sells.
    pub seller: Seller,
    /// Country of delivery. Who bought is known to the region alone.
    pub country: String,
    /// Whose tax it is.
    pub jurisdiction: String,
    /// How it is declared, as [`Scheme::name`].
    pub scheme: String,
    /// Its rate, parts per million.
    pub tax_ppm: i64,
    /// Currency of all amounts.
    pub currency: Currency,
    /// What it is about.
    pub items: Vec<Item>,
    /// What gift cards pay of the whole order, minor units.
    #[serde(default)]
    pub gift_cards: i64,
}

impl Document {
    /// What the customer pays, or gets back.
    #[must_use]
    pub fn total(&self) -> Money {
        Money::new(self.items.iter().map(|item| item.gross).sum(), self.currency)
    }

    /// Tax in it.
    #[must_use]
    pub fn tax(&self) -> Money {
        Money::new(self.items.iter().map(|item| item.tax).sum(), self.currency)
    }

    /// How it is declared.
    #[must_use]
    pub fn scheme(&self) -> Option<Scheme> {
        Scheme::parse(&self.scheme)
    }
}

/// A document as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// `ven_…`.
    pub vendor: String,
    /// Its number.
    pub name: String,
    /// `invoice` or `credit_note`.
    pub kind: String,
    /// `ord_…`.
    pub order: String,
    /// Unix milliseconds.
    pub issued_ms: i64,
    /// What the customer pays, or gets back.
    pub total: Money,
}

/// What a document is made of.
pub(super) struct Moved<'a> {
    pub sale: &'a Sale,
    pub lines: &'a [(Line, Parts)],
    pub delivery: Parts,
    pub reference: &'a str,
}

/// Issues a document, unless there is nothing in it.
pub(super) async fn issue(tx: &mut Tx, told: &Told, kind: Kind, moved: &Moved<'_>) -> Result<(), Error> {
    let Moved { sale, lines, delivery, reference } = moved;
    let mut items: Vec<Item> = lines.iter().map(item).collect();
    if *delivery != Parts::default() {
        let (title, sku) = ("Delivery".to_owned(), String::new());
        let (gross, tax) = (delivery.gross, delivery.tax);
        items.push(Item { title, sku, quantity: 1, gross, tax, list_price: None, discount: 0 });
    }
    if items.is_empty() {
        return Ok(());
    }
    let corrects = match kind {
        Kind::Invoice => Vec::new(),
        Kind::CreditNote => store::list_invoices(tx, &sale.order, &sale.vendor, CORRECTED_MAX).await?,
    };
    let seller = seller_of(tx, sale).await?;
    let year = i64::from(Day::of_ms(told.written_ms).year());
    let number = store::next_number(tx, &sale.vendor, kind.name(), year).await?;
    let document = Document {
        name: format!("{}-{year}-{number:06}", kind.series()),
        kind,
        issued_ms: told.written_ms,
        order: sale.order.clone(),
        placed_ms: sale.placed_ms,
        reference: (*reference).to_owned(),
        corrects,
        seller,
        country: sale.country.clone(),
        jurisdiction: sale.jurisdiction.clone(),
        scheme: sale.scheme.name().to_owned(),
        tax_ppm: sale.tax_ppm,
        currency: sale.currency,
        items,
        gift_cards: sale.gift_cards,
    };
    let body = serde_json::to_string(&document)?;
    Ok(store::insert(tx, (year, number), &told.id, &document, &body).await?)
}

fn item((line, parts): &(Line, Parts)) -> Item {
    Item {
        title: line.title.clone(),
        sku: line.sku.clone(),
        quantity: line.quantity,
        gross: parts.gross,
        tax: parts.tax,
        list_price: line.list_price,
        discount: line.discount.saturating_mul(line.quantity),
    }
}

async fn seller_of(tx: &mut Tx, sale: &Sale) -> Result<Seller, Error> {
    let vendor = VendorId::parse(&sale.vendor).map_err(|_| Error::NotFound("vendor"))?;
    let unknown = Seller {
        vendor: sale.vendor.clone(),
        name: sale.vendor.clone(),
        country: sale.seller_country.clone(),
        ..Seller::default()
    };
    let profile = match vendors::get_profile(tx, &vendor).await {
        Ok(profile) => profile,
        Err(Error::NotFound(_)) => return Ok(unknown),
        Err(error) => return Err(error),
    };
    let business = profile.business;
    Ok(Seller {
        name: if business.legal_name.is_empty() { profile.name } else { business.legal_name },
        street: business.street,
        city: format!("{} {}", business.postcode, business.city).trim().to_owned(),
        vat_id: business.vat_id,
        register_number: business.register_number,
        ..unknown
    })
}

impl Service {
    /// Documents of a vendor, or of all, as the list asks for them; one more than a page when there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_documents(&self, vendor: Option<&VendorId>, list: &List) -> Result<Vec<Issued>, Error> {
        let vendor = vendor.map_or("", VendorId::as_str);
        Ok(store::list(&mut *self.db.read().await?, vendor, list).await?)
    }

    /// A document of a vendor, by its number.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_document(&self, vendor: &VendorId, name: &str) -> Result<Document, Error> {
        let body = store::get(&mut *self.db.read().await?, vendor.as_str(), name).await?;
        Ok(serde_json::from_str(&body.ok_or(Error::NotFound("document"))?)?)
    }
}
