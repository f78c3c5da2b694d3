//! Nothing personal leaves the region.

use anyhow::Result;
use kiosk_testkit::{ProductSpec, Shop, Tap};
use serde_json::json;

use crate::audit;

/// Values that occur nowhere else, in the forms in which they might leak.
const MARKS: [&str; 8] = [
    "Zaphira Quillfeather",
    "Quillfeather",
    "zaphira.q@quillmail.example",
    "quillmail",
    "4915599887766",
    "Wobbleton Crescent",
    "Rookery Flat",
    "Snibbleford",
];

/// Captures every byte that the POP sends to the core around orders of a marked person.
#[tokio::test(flavor = "multi_thread")]
async fn no_byte_of_a_person_reaches_the_core() -> Result<()> {
    let products = [ProductSpec::new("SECRET", 3_000, 50)];
    let mut shop = Shop::builder().products(&products).start().await?;
    let tap = Tap::to(&shop.core.url).await?;
    shop.route_pops_through(&tap.url);
    shop.pops[0].process.kill().await?;
    shop.restart_pop(0).await?;
    let api = shop.api(0);

    let mut placed = Vec::new();
    for n in 0..5 {
        let cart = api.cart_with("SECRET", 1).await?;
        let mut body = api.order_body(&cart, "x");
        body["contact"] = json!({"name": MARKS[0], "email": MARKS[2], "phone": "+4915599887766"});
        body["address"] = json!({"street": "42 Wobbleton Crescent", "extra": "Rookery Flat", "postcode": "98765",
            "city": "Snibbleford", "country": "DE"});
        let outcome = api.place(&cart, &body, &format!("privacy-{n}")).await?;
        placed.push(outcome.order_id().unwrap_or_else(|| panic!("{outcome:?}")).to_owned());
    }
    audit::orders_exactly(&shop, &placed).await?;

    let sent = String::from_utf8_lossy(&tap.sent()).to_lowercase();
    assert!(sent.contains("/sync/v1/events") && sent.contains(&placed[0]), "the tap saw no order");
    for mark in MARKS {
        assert!(!sent.contains(&mark.to_lowercase()), "{mark:?} went to the core");
        let encoded = mark.replace(' ', "%20").to_lowercase();
        assert!(!sent.contains(&encoded), "{mark:?} went to the core, encoded");
    }
    assert!(!sent.contains("98765"), "the whole postcode went to the core");
    for log in ["eu-1.log", "core.log"] {
        let text = std::fs::read_to_string(shop.dir().join(log))?.to_lowercase();
        for mark in MARKS {
            assert!(!text.contains(&mark.to_lowercase()), "{mark:?} is in {log}");
        }
    }

    // Its owner sees the address, nobody else does.
    let stranger = api.get(&format!("/v1/orders/{}", placed[0])).await?;
    assert_eq!(stranger.status().as_u16(), 401);
    Ok(())
}
