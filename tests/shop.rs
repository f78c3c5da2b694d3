//! Serves a shop for the browser tests: prints its addresses as one line of JSON, obeys one command a line
//! (`kill-core`, `start-core`), and stops when its input ends. `KIOSK_HOST` names the host of its POPs.

use std::path::Path;

use anyhow::{Context, Result, bail};
use kiosk_testkit::{Host, OPERATOR_KEY, OWNER_EMAIL, OWNER_PASSWORD, ProductSpec, Shop};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

/// Catalogues of other shops, in the formats that an import takes.
const IMPORTS: [(&str, &str); 2] =
    [("online-boutique", "boutique/products.json"), ("shopify-csv", "shopify.csv")];

#[tokio::main]
async fn main() -> Result<()> {
    let few = [ProductSpec::new("FEW-LEFT", 2_500, 4)];
    let host = match std::env::var("KIOSK_HOST") {
        Ok(name) => Host::named(&name).with_context(|| format!("there is no host called {name}"))?,
        Err(_) => Host::default(),
    };
    // On edge-node two POPs are of one region and share its vault.
    let pops: &[&str] = if host == Host::EdgeNode { &["eu-1", "us-1", "eu-2"] } else { &["eu-1", "us-1"] };
    let shop = Shop::builder()
        .pops(pops)
        .host(host)
        .demo()
        .products(&few)
        .mailbox()
        .payments()
        .named()
        .shared_vault();
    let mut shop = shop.start().await?;
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser/fixtures");
    for (format, file) in IMPORTS {
        shop.import(format, &fixtures.join(file)).await?;
    }
    let pops: Vec<_> = shop.pops.iter().map(|pop| &pop.url).collect();
    let addresses = json!({
        "core": shop.core.url,
        "pops": pops,
        "mailbox": shop.mailbox_url(),
        "psp": shop.psp_url(),
        "operator_key": OPERATOR_KEY,
        "owner": { "email": OWNER_EMAIL, "password": OWNER_PASSWORD },
    });
    println!("{addresses}");

    let mut commands = BufReader::new(tokio::io::stdin()).lines();
    while let Some(command) = commands.next_line().await? {
        match command.as_str() {
            "kill-core" => shop.core.kill().await?,
            "start-core" => shop.restart_core().await?,
            other => bail!("unknown command {other}"),
        }
        println!("done");
    }
    Ok(())
}
