//! Payment providers, and `core-cloud statement`.

use std::path::Path;

use anyhow::{Context, ensure};
use clap::Args;
use core_cloud::app::Services;
use core_cloud::config::{BankConfig, PaymentsConfig, PaypalConfig, StripeConfig};
use core_cloud::modules::audit::service::TERMINAL;
use core_cloud::modules::payments::STATEMENT_BYTES_MAX;

/// Payment providers. One without its key is not asked.
#[derive(Args)]
pub struct Providers {
    /// Stripe's API.
    #[arg(long, env = "KIOSK_STRIPE_URL", default_value = "https://api.stripe.com")]
    stripe_url: String,
    /// Stripe's secret key.
    #[arg(long, env = "KIOSK_STRIPE_KEY", hide_env_values = true, default_value = "")]
    stripe_key: String,
    /// Secrets of Stripe's webhooks, separated by commas while one is changed.
    #[arg(long, env = "KIOSK_STRIPE_WEBHOOK_SECRET", hide_env_values = true, default_value = "")]
    stripe_webhook_secret: String,
    /// PayPal's API.
    #[arg(long, env = "KIOSK_PAYPAL_URL", default_value = "https://api-m.paypal.com")]
    paypal_url: String,
    /// The app at PayPal.
    #[arg(long, env = "KIOSK_PAYPAL_CLIENT_ID", default_value = "")]
    paypal_client: String,
    /// Its secret.
    #[arg(long, env = "KIOSK_PAYPAL_SECRET", hide_env_values = true, default_value = "")]
    paypal_secret: String,
    /// What PayPal calls the registration of `/v1/payments/webhooks/paypal`.
    #[arg(long, env = "KIOSK_PAYPAL_WEBHOOK_ID", default_value = "")]
    paypal_webhook_id: String,
    /// Who holds the bank account that vendors are paid from.
    #[arg(long, env = "KIOSK_BANK_HOLDER", default_value = "")]
    bank_holder: String,
    /// Its IBAN.
    #[arg(long, env = "KIOSK_BANK_IBAN", default_value = "")]
    bank_iban: String,
    /// Its bank's BIC, where the bank asks for it.
    #[arg(long, env = "KIOSK_BANK_BIC", default_value = "")]
    bank_bic: String,
}

impl Providers {
    /// The providers that have a key.
    pub fn config(&self) -> anyhow::Result<PaymentsConfig> {
        let stripe = (!self.stripe_key.is_empty()).then(|| StripeConfig {
            url: checked_url(&self.stripe_url),
            key: self.stripe_key.clone(),
            webhook_secrets: split(&self.stripe_webhook_secret),
        });
        let has_app = !self.paypal_client.is_empty();
        ensure!(
            has_app != self.paypal_secret.is_empty(),
            "KIOSK_PAYPAL_CLIENT_ID and KIOSK_PAYPAL_SECRET go together"
        );
        let paypal = has_app.then(|| PaypalConfig {
            url: checked_url(&self.paypal_url),
            client: self.paypal_client.clone(),
            secret: self.paypal_secret.clone(),
            webhook_id: self.paypal_webhook_id.clone(),
        });
        let bank = (!self.bank_iban.is_empty())
            .then(|| BankConfig::new(&self.bank_holder, &self.bank_iban, &self.bank_bic))
            .transpose()?;
        Ok(PaymentsConfig { stripe, paypal, bank, ..PaymentsConfig::default() })
    }
}

fn checked_url(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
}

fn split(secrets: &str) -> Vec<String> {
    secrets.split(',').map(str::trim).filter(|secret| !secret.is_empty()).map(str::to_owned).collect()
}

/// Imports a file of statements and says what came of it.
pub async fn import_statement(services: &Services, file: &Path) -> anyhow::Result<()> {
    let length = std::fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
    ensure!(length <= STATEMENT_BYTES_MAX as u64, "the file has more than {STATEMENT_BYTES_MAX} bytes");
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    for statement in services.payments.import_statements(TERMINAL, &bytes).await? {
        println!(
            "{} of {}: {} lines, {} of them known",
            statement.name, statement.account, statement.lines, statement.known
        );
    }
    let (_, open) = services.payments.list_statements().await?;
    println!("{} lines wait to be assigned at /admin/statements", open.len());
    Ok(())
}
