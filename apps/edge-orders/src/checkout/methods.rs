//! Ways to pay: which a cart has, and what one needs to be told of them.

use http::StatusCode;
use kiosk_money::{Currency, Money};
use kiosk_payments::{PAYPAL_CURRENCIES, stripe_least};
use kiosk_pop_store::carts::Cart;
use kiosk_problem::Problem;
use kiosk_risk::{PaymentKind, reference_minor_or_par};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::payments::settings::Settings;
use crate::payments::view::declined;

/// The dearest order that is sent on invoice, in reference units (about a euro cent each).
pub const INVOICE_REFERENCE_MINOR_MAX: i64 = 1_000_000;

/// How an order is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// By card, on a page of the provider.
    Card,
    /// With PayPal, on its page.
    Paypal,
    /// By bank transfer, before the goods leave.
    BankTransfer,
    /// On invoice, after delivery.
    Invoice,
}

/// A way to pay for a cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PaymentOption {
    /// To be sent as `payment.method` of the order.
    pub method: PaymentMethod,
    /// For people.
    pub name: &'static str,
    /// What happens then.
    pub detail: &'static str,
}

impl PaymentMethod {
    const ALL: [Self; 4] = [Self::Card, Self::Paypal, Self::BankTransfer, Self::Invoice];

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Paypal => "paypal",
            Self::BankTransfer => "bank_transfer",
            Self::Invoice => "invoice",
        }
    }

    /// Who reserves the money before the order counts; nobody where it is paid later.
    pub const fn provider(self) -> Option<&'static str> {
        match self {
            Self::Card => Some("stripe"),
            Self::Paypal => Some("paypal"),
            Self::BankTransfer | Self::Invoice => None,
        }
    }

    /// As the fraud score knows it.
    pub const fn kind(self) -> PaymentKind {
        match self {
            Self::Card => PaymentKind::Card,
            Self::Paypal => PaymentKind::Wallet,
            Self::BankTransfer => PaymentKind::BankTransfer,
            Self::Invoice => PaymentKind::Invoice,
        }
    }

    /// The least that it takes of a currency, in minor units.
    fn least(self, currency: Currency) -> i64 {
        match self {
            Self::Card => stripe_least(currency),
            Self::Paypal | Self::BankTransfer | Self::Invoice => 1,
        }
    }

    const fn option(self) -> PaymentOption {
        let (name, detail) = match self {
            Self::Card => ("Card", "You enter your card on the secure page of our payment provider."),
            Self::Paypal => ("PayPal", "You log in to PayPal and confirm the payment there."),
            Self::BankTransfer => {
                ("Bank transfer", "We show you where to transfer to. The goods leave when the money is here.")
            }
            Self::Invoice => ("Pay on invoice", "The invoice comes with the goods, by e-mail as well."),
        };
        PaymentOption { method: self, name, detail }
    }

    /// Whether the POP takes it in `currency`.
    fn is_set_up(self, settings: &Settings, currency: Currency) -> bool {
        match self {
            Self::Card => settings.stripe.is_some(),
            Self::Paypal => settings.paypal.is_some() && PAYPAL_CURRENCIES.contains(&currency),
            // An IBAN takes euros.
            Self::BankTransfer => settings.bank.is_some() && currency == Currency::EUR,
            Self::Invoice => true,
        }
    }
}

/// The ways that the POP and all vendors of a cart take; none for an empty cart.
pub fn options(settings: &Settings, cart: &Cart) -> Vec<PaymentOption> {
    let Some(currency) = cart.currency else { return Vec::new() };
    let fits = |method: &PaymentMethod| method.is_set_up(settings, currency) && cart.takes(method.as_str());
    PaymentMethod::ALL.into_iter().filter(fits).map(PaymentMethod::option).collect()
}

/// Refuses a way to pay that the cart does not have, and credit beyond the limit. When nothing is `due` any way does.
pub fn check(method: PaymentMethod, settings: &Settings, cart: &Cart, due: Money) -> Result<(), Problem> {
    if due.amount == 0 {
        return Ok(());
    }
    let takes = |method: &PaymentMethod| due.amount >= method.least(due.currency);
    let methods = options(settings, cart).into_iter().map(|option| option.method);
    let supported: Vec<_> = methods.filter(takes).collect();
    if !supported.contains(&method) {
        let title = "This cart cannot be paid that way";
        let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "payment_method_unsupported", title);
        let problem = problem.param("payment.method").with("supported", supported);
        let least = Money::new(method.least(due.currency), due.currency);
        let too_little = due.amount < least.amount;
        let why = format!("{due} is left to pay, and this way takes {least} or more.");
        return Err(if too_little { problem.detail(why) } else { problem });
    }
    let credit = reference_minor_or_par(due.amount, due.currency.code());
    if method == PaymentMethod::Invoice && credit > INVOICE_REFERENCE_MINOR_MAX {
        return Err(declined("the order is too dear to be paid on invoice"));
    }
    Ok(())
}
