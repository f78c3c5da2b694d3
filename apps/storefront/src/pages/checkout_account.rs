//! What an account does for the checkout: it fills the form in, and keeps an address. The shop sells without accounts
//! too, so what goes wrong here is logged and left.

use axum::http::Method;
use serde_json::json;

use super::account::api;
use super::checkout_form::Draft;
use crate::accounts::{Profile, SavedAddress};
use crate::http::Visit;
use crate::http::forms::Pairs;
use crate::shop::Shop;
use crate::sibling::SiblingError;

/// Who is logged in, with the addresses that they keep, newest first.
pub struct Shopper {
    pub profile: Profile,
    pub addresses: Vec<SavedAddress>,
}

impl Shopper {
    /// The visitor's account; `None` for guests, and where accounts cannot be reached.
    pub async fn of(shop: &Shop, visit: &Visit) -> Option<Self> {
        visit.session.as_ref()?;
        match Self::load(shop, visit).await {
            Ok(shopper) => shopper,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a checkout goes without its account"
                );
                None
            }
        }
    }

    async fn load(shop: &Shop, visit: &Visit) -> Result<Option<Self>, SiblingError> {
        let api = api(shop, visit);
        let Some(profile) = api.profile().await? else { return Ok(None) };
        let mut addresses = api.addresses().await?;
        addresses.reverse();
        Ok(Some(Self { profile, addresses }))
    }

    /// The form with what is known: of the address that was `asked` for, otherwise of the newest one.
    pub fn draft(&self, asked: Option<&str>) -> Draft {
        let asked = self.addresses.iter().find(|address| Some(address.id.as_str()) == asked);
        let address = asked.or_else(|| self.addresses.first());
        let name = address.map_or(&self.profile.name, |address| &address.name);
        let mut pairs = vec![("name", name.as_str()), ("email", &self.profile.email)];
        pairs.extend(self.profile.phone.as_deref().map(|phone| ("phone", phone)));
        if let Some(address) = address {
            pairs.extend([
                ("saved", address.id.as_str()),
                ("street", &address.street),
                ("extra", address.extra.as_deref().unwrap_or("")),
                ("postcode", &address.postcode),
                ("city", &address.city),
                ("country", &address.country),
            ]);
        }
        let own = pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Draft { pairs: Pairs(own), errors: Vec::new() }
    }
}

/// Keeps the address of an order that was placed, unless it is kept already.
pub async fn keep_address(shop: &Shop, visit: &Visit, draft: &Draft) {
    let Some(shopper) = Shopper::of(shop, visit).await else { return };
    let text = |name: &str| draft.pairs.text(name);
    let is_kept = shopper.addresses.iter().any(|kept| {
        let extra = kept.extra.as_deref().unwrap_or("");
        [&*kept.name, &*kept.street, extra, &*kept.postcode, &*kept.city, &*kept.country]
            == ["name", "street", "extra", "postcode", "city", "country"].map(text)
    });
    if is_kept {
        return;
    }
    if let Err(error) = api(shop, visit).ask(Method::POST, "/addresses", address_body(&draft.pairs)).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "an address was not kept");
    }
}

/// What edge-accounts takes, of the fields of a form.
pub fn address_body(pairs: &Pairs) -> serde_json::Value {
    let text = |name: &str| pairs.text(name);
    json!({
        "name": text("name"),
        "address": {
            "street": text("street"), "extra": pairs.get("extra"), "postcode": text("postcode"),
            "city": text("city"), "country": text("country"),
        },
    })
}
