//! Who the POP's providers are: variables that may be missing, and then the way to pay is not offered.

use kiosk_edge_platform::Variables;

use crate::config::Secret;

/// What this POP takes payments with.
#[derive(Debug)]
pub struct Settings {
    /// Where shoppers come back to, without a slash at the end.
    pub shop_url: String,
    /// Takes cards.
    pub stripe: Option<StripeAccount>,
    /// Takes PayPal.
    pub paypal: Option<PayPalAccount>,
    /// Takes bank transfers.
    pub bank: Option<BankAccount>,
}

/// An account at Stripe.
#[derive(Debug)]
pub struct StripeAccount {
    /// Without a slash at the end.
    pub url: String,
    /// Secret key.
    pub key: Secret,
    /// Signs its webhooks.
    pub webhook_secret: Secret,
}

/// An app at PayPal.
#[derive(Debug)]
pub struct PayPalAccount {
    /// Without a slash at the end.
    pub url: String,
    /// Client id.
    pub client: String,
    /// Client secret.
    pub secret: Secret,
    /// Id of the webhook that is registered there.
    pub webhook_id: String,
}

/// The account that shoppers transfer to.
#[derive(Debug)]
pub struct BankAccount {
    /// IBAN, without spaces.
    pub iban: String,
    /// Its holder.
    pub holder: String,
}

impl Settings {
    /// Reads the variables.
    pub async fn load(variables: &dyn Variables) -> Self {
        let text = async |name| variables.get(name).await.unwrap_or_default().trim().to_owned();
        let url = async |name| text(name).await.trim_end_matches('/').to_owned();
        let secret = async |name| Secret::of(text(name).await);
        let shop_url = url("shop_url").await;
        let stripe = StripeAccount {
            url: url("stripe_url").await,
            key: secret("stripe_key").await,
            webhook_secret: secret("stripe_webhook_secret").await,
        };
        let paypal = PayPalAccount {
            url: url("paypal_url").await,
            client: text("paypal_client").await,
            secret: secret("paypal_secret").await,
            webhook_id: text("paypal_webhook_id").await,
        };
        let bank = BankAccount {
            iban: text("bank_iban").await.split_whitespace().collect(),
            holder: text("bank_holder").await,
        };
        // Without an address to come back to nobody is sent away.
        let leads_back = !shop_url.is_empty();
        let stripe_known = leads_back && !stripe.url.is_empty() && !stripe.key.bytes().is_empty();
        let paypal_known = leads_back && !paypal.url.is_empty() && !paypal.secret.bytes().is_empty();
        let bank_known = !bank.iban.is_empty() && !bank.holder.is_empty();
        Self {
            shop_url,
            stripe: stripe_known.then_some(stripe),
            paypal: paypal_known.then_some(paypal),
            bank: bank_known.then_some(bank),
        }
    }
}
