//! The order a shopper asks for, and what is refused of it. A refusal names the field and never its value.

use kiosk_ids::CartId;
use kiosk_money::Money;
use kiosk_privacy::checks::{Refused, optional};
use kiosk_privacy::schema::{AddressSchema, ContactSchema};
use kiosk_privacy::{Address, Contact, Personal, Shopper};
use kiosk_problem::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use super::delivery::{DeliveryKind, delivery};
use super::methods::PaymentMethod;
use crate::config::CODE_DIGITS;
use crate::openapi::MoneySchema;

/// Longest name of a device, in characters.
pub const DEVICE_CHARS_MAX: usize = 128;

/// Which payment the shopper chose.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentChoice {
    pub method: PaymentMethod,
}

/// The body of `POST /v1/orders`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// The cart, `crt_…`.
    #[schema(value_type = String)]
    pub cart: CartId,
    /// The version that the shopper saw.
    pub cart_version: u64,
    /// The total, delivery included, that the shopper saw.
    #[schema(value_type = MoneySchema)]
    pub expected_total: Money,
    /// What of it no gift card pays, as the shopper saw it; all of it when not given.
    #[serde(default)]
    #[schema(value_type = Option<MoneySchema>)]
    pub expected_due: Option<Money>,
    #[schema(value_type = ContactSchema)]
    pub contact: Contact,
    #[schema(value_type = AddressSchema)]
    pub address: Address,
    pub delivery: DeliveryKind,
    pub payment: PaymentChoice,
    /// An opaque name of the browser or the app's installation.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub device: Option<Personal<String>>,
    /// The code that was sent to the e-mail address, after `verification_required`.
    #[serde(default)]
    pub verification_code: Option<String>,
}

impl PlaceOrder {
    /// Checks every value and trims it.
    ///
    /// # Errors
    /// 422 that names the first field that was refused.
    pub fn checked(mut self) -> Result<(Shopper, Self), Problem> {
        let contact = self.contact.checked("contact").map_err(refused)?;
        let address = self.address.checked("address").map_err(refused)?;
        if !delivery().serves(&address.country) {
            return Err(Problem::invalid("address.country", "we do not deliver to this country"));
        }
        if self.verification_code.as_ref().is_some_and(|code| !is_code(code)) {
            return Err(Problem::invalid("verification_code", format!("a code has {CODE_DIGITS} digits")));
        }
        self.device = optional(self.device.take(), "device", DEVICE_CHARS_MAX).map_err(refused)?;
        Ok((Shopper { contact, address }, self))
    }
}

fn is_code(code: &str) -> bool {
    code.len() == CODE_DIGITS as usize && code.bytes().all(|byte| byte.is_ascii_digit())
}

fn refused(refused: Refused) -> Problem {
    Problem::invalid(&refused.param, refused.why)
}
