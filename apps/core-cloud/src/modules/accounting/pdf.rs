//! Invoices and credit notes as PDF, on A4. The same document always gives the same bytes.

use std::sync::OnceLock;

use kiosk_money::Money;
use kiosk_tax::Scheme;
use krilla::Document as Pdf;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::text::{Font, TextDirection};

use super::documents::{Document, Item, Kind};
use super::export::{date, decimal};
use super::plans::percent;
use crate::error::Error;

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
/// Left and right edge of what is set.
const EDGES: (f32, f32) = (56.0, 539.0);
/// Where amounts end: quantity, tax, total.
const COLUMNS: [f32; 3] = [370.0, 455.0, 539.0];
/// Height of a line.
const LEADING: f32 = 15.0;
/// Where the last line of a page may stand.
const BOTTOM: f32 = 770.0;
/// Longest text of a line before the numbers, in characters.
const TITLE_CHARS_MAX: usize = 52;

/// A text on a page.
#[derive(Clone, Debug, PartialEq)]
struct Text {
    /// Left edge, or right edge of a number.
    x: f32,
    /// Base line from the top.
    y: f32,
    size: f32,
    bold: bool,
    /// Set to end at `x`.
    number: bool,
    text: String,
}

/// Pages as they fill.
struct Sheet {
    pages: Vec<Vec<Text>>,
    y: f32,
}

impl Sheet {
    fn new() -> Self {
        Self { pages: vec![Vec::new()], y: 70.0 }
    }

    fn put(&mut self, x: f32, (size, bold, number): (f32, bool, bool), text: impl Into<String>) {
        let text = Text { x, y: self.y, size, bold, number, text: text.into() };
        if let Some(page) = self.pages.last_mut() {
            page.push(text);
        }
    }

    fn line(&mut self, text: impl Into<String>) {
        self.put(EDGES.0, (9.5, false, false), text);
        self.feed(1.0);
    }

    fn feed(&mut self, lines: f32) {
        self.y += LEADING * lines;
        if self.y > BOTTOM {
            self.pages.push(Vec::new());
            self.y = 70.0;
        }
    }
}

/// The pages of a document.
fn set(document: &Document) -> Vec<Vec<Text>> {
    let mut sheet = Sheet::new();
    set_head(&mut sheet, document);
    let bold = (9.5, true, false);
    sheet.put(EDGES.0, bold, "What");
    for (x, text) in COLUMNS.into_iter().zip(["Pieces", "Tax", document.currency.code()]) {
        sheet.put(x - 40.0, bold, text);
    }
    sheet.feed(1.3);
    for item in &document.items {
        set_item(&mut sheet, document, item);
    }
    sheet.feed(0.6);
    set_sums(&mut sheet, document);
    sheet.feed(1.0);
    for note in notes(document) {
        sheet.line(note);
    }
    sheet.pages
}

fn set_head(sheet: &mut Sheet, document: &Document) {
    sheet.put(EDGES.0, (18.0, true, false), format!("{} {}", document.kind.title(), document.name));
    sheet.feed(2.2);
    let seller = &document.seller;
    sheet.put(EDGES.0, (9.5, true, false), seller.name.clone());
    sheet.feed(1.0);
    let numbers = [("VAT number", &seller.vat_id), ("Register", &seller.register_number)];
    let numbers = numbers.into_iter().filter(|(_, number)| !number.is_empty());
    let place =
        [&seller.street, &seller.city, &seller.country].into_iter().filter(|line| !line.is_empty()).cloned();
    for line in place.chain(numbers.map(|(name, number)| format!("{name} {number}"))) {
        sheet.line(line);
    }
    sheet.feed(0.6);
    let about = match document.kind {
        Kind::Invoice => "Parcel",
        Kind::CreditNote => "Refund",
    };
    for (name, value) in [
        ("Date", date(document.issued_ms)),
        ("Order", document.order.clone()),
        ("Ordered on", date(document.placed_ms)),
        (about, document.reference.clone()),
        ("Corrects", document.corrects.join(", ")),
        ("Delivered to", document.country.clone()),
    ] {
        if !value.is_empty() {
            sheet.put(EDGES.0, (9.5, false, false), name);
            sheet.put(EDGES.0 + 90.0, (9.5, false, false), value);
            sheet.feed(1.0);
        }
    }
    sheet.feed(1.0);
}

fn set_item(sheet: &mut Sheet, document: &Document, item: &Item) {
    let mut title: String = item.title.chars().take(TITLE_CHARS_MAX).collect();
    if title.len() < item.title.len() {
        title.push('…');
    }
    sheet.put(EDGES.0, (9.5, false, false), title);
    let amount = |minor| decimal(Money::new(minor, document.currency));
    for (x, text) in
        COLUMNS.into_iter().zip([item.quantity.to_string(), amount(item.tax), amount(item.gross)])
    {
        sheet.put(x, (9.5, false, true), text);
    }
    sheet.feed(1.0);
    if !item.sku.is_empty() {
        sheet.put(EDGES.0, (7.5, false, false), item.sku.clone());
        sheet.feed(0.9);
    }
    if let Some(list) = item.list_price.filter(|_| item.discount > 0) {
        let text = format!("Listed at {} each, discount {} in all", amount(list), amount(item.discount));
        sheet.put(EDGES.0, (7.5, false, false), text);
        sheet.feed(0.9);
    }
}

fn set_sums(sheet: &mut Sheet, document: &Document) {
    let (total, tax) = (document.total(), document.tax());
    let net = Money::new(total.amount - tax.amount, total.currency);
    let tax_name = format!("Tax of {}, {} %", document.jurisdiction, percent(document.tax_ppm));
    for (name, sum, bold) in
        [("Without tax".to_owned(), net, false), (tax_name, tax, false), ("Total".to_owned(), total, true)]
    {
        sheet.put(COLUMNS[0] - 90.0, (9.5, bold, false), name);
        sheet.put(COLUMNS[2], (9.5, bold, true), decimal(sum));
        sheet.feed(1.0);
    }
}

/// What the law, and honesty, want to be said.
fn notes(document: &Document) -> Vec<String> {
    let scheme = match document.scheme() {
        Some(Scheme::Oss) => format!(
            "VAT of the country of delivery ({}), declared through the One Stop Shop (OSS) of the European Union.",
            document.jurisdiction
        ),
        Some(Scheme::State) => format!("Sales tax of {}, collected by the marketplace.", document.jurisdiction),
        Some(Scheme::Import) => {
            "Sent across a customs border: no tax of the seller; customs may ask the recipient for import tax.".to_owned()
        }
        Some(Scheme::Untaxed | Scheme::Unresolved) => "No tax is charged.".to_owned(),
        Some(Scheme::Domestic) | None => String::new(),
    };
    let cards = match document.gift_cards {
        0 => String::new(),
        paid => format!("Gift cards pay {} of the order.", Money::new(paid, document.currency)),
    };
    let buyer =
        "Name and address of the buyer are kept in the buyer's region alone, which adds them to its copy.";
    let seller =
        "The seller named above sells through Kiosk, which issues this document in the seller's name.";
    [cards.as_str(), scheme.as_str(), seller, buyer]
        .into_iter()
        .filter(|note| !note.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A document as PDF. Fonts are embedded as far as they are used.
///
/// # Errors
/// When the page cannot be set, which no document should make happen.
pub fn render(document: &Document) -> Result<Vec<u8>, Error> {
    let failed = |what: &str| Error::File(std::io::Error::other(format!("a PDF could not be set: {what}")));
    let (regular, bold) = fonts().ok_or_else(|| failed("no font"))?;
    let mut pdf = Pdf::new();
    let title = format!("{} {}", document.kind.title(), document.name);
    pdf.set_metadata(Metadata::new().title(title).language("en".to_owned()).creator("Kiosk".to_owned()));
    for texts in set(document) {
        let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| failed("no page"))?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        for text in texts {
            let font = if text.bold { bold } else { regular };
            let x = if text.number { text.x - number_width(&text.text, text.size) } else { text.x };
            let start = Point::from_xy(x, text.y);
            surface.draw_text(start, font.clone(), text.size, &text.text, false, TextDirection::Auto);
        }
        surface.finish();
        page.finish();
    }
    pdf.finish().map_err(|error| failed(&format!("{error:?}")))
}

/// DejaVu Sans, regular and bold.
fn fonts() -> Option<&'static (Font, Font)> {
    static FONTS: OnceLock<Option<(Font, Font)>> = OnceLock::new();
    let load = |bytes: &'static [u8]| Font::new(bytes.to_vec().into(), 0);
    FONTS
        .get_or_init(|| {
            let regular = load(include_bytes!("../../../assets/fonts/DejaVuSans.ttf"))?;
            Some((regular, load(include_bytes!("../../../assets/fonts/DejaVuSans-Bold.ttf"))?))
        })
        .as_ref()
}

/// The width of digits, points and signs: DejaVu's digits are all 636 thousandths of the size wide.
fn number_width(text: &str, size: f32) -> f32 {
    let thousandths = |char| match char {
        '.' | ',' => 318_u16,
        '-' => 361,
        _ => 636,
    };
    let width: u16 = text.chars().map(thousandths).sum();
    f32::from(width) / 1_000.0 * size
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_money::Currency;

    use super::super::documents::Seller;
    use super::*;

    fn document(items: usize) -> Document {
        let item = Item {
            title: "Stuhl „Ägir“ – Łódź".to_owned(),
            sku: "CHAIR".to_owned(),
            quantity: 2,
            gross: 1_190,
            tax: 190,
            list_price: Some(700),
            discount: 210,
        };
        Document {
            name: "INV-2026-000001".to_owned(),
            kind: Kind::Invoice,
            issued_ms: 1_795_000_000_000,
            order: "ord_1".to_owned(),
            placed_ms: 1_795_000_000_000,
            reference: "par_1".to_owned(),
            corrects: Vec::new(),
            seller: Seller { vendor: "ven_1".to_owned(), name: "Holz GmbH".to_owned(), ..Seller::default() },
            country: "FR".to_owned(),
            jurisdiction: "FR".to_owned(),
            scheme: "oss".to_owned(),
            tax_ppm: 200_000,
            currency: Currency::EUR,
            items: vec![item; items],
            gift_cards: 500,
        }
    }

    #[test]
    fn a_page_says_what_an_invoice_has_to() {
        let pages = set(&document(2));
        assert_eq!(pages.len(), 1);
        let texts: Vec<&str> = pages[0].iter().map(|text| text.text.as_str()).collect();
        for wanted in [
            "Invoice INV-2026-000001",
            "Holz GmbH",
            "2026-11-18",
            "ord_1",
            "23.80",
            "3.80",
            "20.00",
            "Tax of FR, 20 %",
        ] {
            assert!(texts.contains(&wanted), "{wanted} in {texts:?}");
        }
        assert!(texts.contains(&"Listed at 7.00 each, discount 2.10 in all"), "{texts:?}");
        assert!(texts.contains(&"Gift cards pay €5.00 of the order."), "{texts:?}");
        assert!(texts.iter().any(|text| text.contains("One Stop Shop")));
        assert!(texts.iter().any(|text| text.contains("kept in the buyer's region")));
    }

    #[test]
    fn many_lines_fill_many_pages() {
        let pages = set(&document(100));
        assert!(pages.len() >= 4, "{}", pages.len());
        assert!(pages.iter().flatten().all(|text| text.y <= BOTTOM), "nothing is cut off");
    }

    #[test]
    fn a_pdf_is_the_same_each_time_and_has_a_subset_of_its_fonts() {
        let bytes = render(&document(2)).unwrap();
        assert!(bytes.starts_with(b"%PDF-1.") && bytes.trim_ascii_end().ends_with(b"%%EOF"));
        assert!(bytes.len() < 80_000, "{} bytes", bytes.len());
        assert_eq!(render(&document(2)).unwrap(), bytes);
    }
}
