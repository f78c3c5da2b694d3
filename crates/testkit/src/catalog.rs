//! Small catalogues for tests, as Kiosk JSON lines.

use serde_json::json;

/// A product with one variant.
#[derive(Clone, Debug)]
pub struct ProductSpec {
    /// SKU; the handle is its lower case.
    pub sku: String,
    /// Price in euro cents.
    pub price_cents: i64,
    /// Pieces on hand.
    pub stock: u32,
    /// Another SKU's stock that a second variant `<sku>-SET` draws on, and units of it for one piece.
    pub set_units: Option<u32>,
}

impl ProductSpec {
    /// `stock` pieces of `sku` at `price_cents`.
    #[must_use]
    pub fn new(sku: &str, price_cents: i64, stock: u32) -> Self {
        Self { sku: sku.to_owned(), price_cents, stock, set_units: None }
    }

    /// Also sells a set that takes `units` pieces from the same stock.
    #[must_use]
    pub fn with_set_of(mut self, units: u32) -> Self {
        self.set_units = Some(units);
        self
    }

    fn line(&self) -> String {
        let variant = |sku: &str, option: &str, price: i64, stock: u32, item: Option<&str>, units: u32| {
            json!({"sku": sku, "options": [option], "price": {"amount": price, "currency": "EUR"}, "compare_at": null,
                   "stock": stock, "weight_g": 300, "stock_item": item, "stock_units": units, "picture": 0})
        };
        let mut variants = vec![variant(&self.sku, "Single", self.price_cents, self.stock, None, 1)];
        if let Some(units) = self.set_units {
            let price = self.price_cents * i64::from(units);
            variants.push(variant(&format!("{}-SET", self.sku), "Set", price, 0, Some(&self.sku), units));
        }
        json!({"type": "product", "handle": self.sku.to_lowercase(), "title": format!("Test {}", self.sku),
               "vendor": "ven_test", "category": "test-things", "description_html": "<p>For tests.</p>", "featured": true,
               "bulky": false, "created": "2026-01-01T00:00:00Z", "tags": [], "options": ["Pack"], "pictures": [],
               "variants": variants})
        .to_string()
    }
}

/// The lines of a catalogue: one vendor, one category, `products`.
#[must_use]
pub fn catalog_lines(products: &[ProductSpec]) -> String {
    let mut lines = vec![
        json!({"type": "vendor", "id": "ven_test", "name": "Test Vendor", "region": "DE", "about": "Sells tests."}).to_string(),
        json!({"type": "category", "slug": "test", "name": "Test", "parent": null, "position": 1, "blurb": "Tests."}).to_string(),
        json!({"type": "category", "slug": "test-things", "name": "Things", "parent": "test", "position": 1, "blurb": "Things."})
            .to_string(),
    ];
    lines.extend(products.iter().map(ProductSpec::line));
    lines.join("\n") + "\n"
}
