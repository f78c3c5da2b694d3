//! A core in this process, over a database of its own, and the orders that POPs tell it.

use anyhow::Result;
use core_cloud::app::App;
use core_cloud::clock::Clock;
use core_cloud::config::{Config, FRAUD_MODEL_DEFAULT, MailConfig, Pops, Secret};
use core_cloud::db::Db;
use core_cloud::media::files::Files;
use kiosk_wire::{Event, EventBody, OrderRecord};
use serde_json::json;
use tempfile::TempDir;

use crate::postgres::{DATABASE, Postgres, USER};

/// POPs that deliver at once.
pub const POPS: usize = 4;
/// What each of them signs with.
pub const POP_KEY: &str = "key-of-a-pop-of-the-bench";
/// The name of each POP's database.
pub const INCARNATION: &str = "bench";

/// A core without a server in front.
pub struct Alone {
    /// The core.
    pub app: App,
    /// Its database.
    pub db: Db,
    _folder: TempDir,
    /// Stops when it is dropped, after the connections to it.
    _postgres: Option<Postgres>,
}

impl Alone {
    /// On a new SQLite file.
    pub async fn on_sqlite() -> Result<Self> {
        Self::on(None).await
    }

    /// On a new PostgreSQL that syncs every commit.
    pub async fn on_postgres() -> Result<Self> {
        Self::on(Some(tokio::task::spawn_blocking(Postgres::start).await??)).await
    }

    async fn on(postgres: Option<Postgres>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let url = postgres.as_ref().map(|server| format!("postgres://{USER}@{}/{DATABASE}", server.address));
        let db = Db::open(folder.path(), url.as_deref()).await?;
        let pops: Vec<String> = (0..POPS).map(|pop| format!("{}:eu:{POP_KEY}", pop_id(pop))).collect();
        let config = Config {
            data_dir: folder.path().to_owned(),
            files: Files::open(folder.path(), None)?,
            database_url: url,
            pops: Pops::parse(&pops.join(","))?,
            operator_key: Secret::new("operator-key-of-the-bench")?,
            lease_ttl_s: 3_600,
            public_url: String::new(),
            fraud_model: FRAUD_MODEL_DEFAULT.to_owned(),
            payments: Default::default(),
            mail: MailConfig { url: String::new(), token: String::new(), from: String::new() },
            nats: None,
        };
        let app = App::new(&db, &config, &Clock::System).await?;
        Ok(Self { app, db, _folder: folder, _postgres: postgres })
    }
}

/// The id of the POP at `index`.
pub fn pop_id(index: usize) -> String {
    format!("eu-{index}")
}

/// The stock items that orders are made of.
pub fn items() -> impl Iterator<Item = String> {
    (0..81).map(|number| format!("SKU-{number}"))
}

/// The event of a POP's order of two lines; every fourth is of an account. With `takes` it takes a unit for each line.
pub fn placed(pop: usize, seq: u64, takes: bool) -> Result<Event> {
    let name = format!("bench-{pop}-{seq}");
    let (first, second) = (seq % 50, seq % 31 + 50);
    let line = |n: u64| {
        json!({
            "sku": format!("SKU-{n}"), "product": format!("prd_bench-{n}"), "vendor": format!("ven_bench-{}", n % 7),
            "quantity": 1, "unit_price": {"amount": 1_990, "currency": "EUR"},
        })
    };
    let take = |n: u64| json!({"item": format!("SKU-{n}"), "epoch": 1, "units": 1});
    let account = seq.is_multiple_of(4).then(|| format!("account-{}", seq % 1_000));
    let order: OrderRecord = serde_json::from_value(json!({
        "id": format!("ord_{name}"), "cart": format!("crt_{name}"), "region": "eu", "placed_ms": 1_795_000_000_000_i64,
        "customer": format!("pseudonym-{}", seq % 1_000), "account": account, "country": "DE", "area": "10",
        "lines": [line(first), line(second)],
        "takes": if takes { vec![take(first), take(second)] } else { Vec::new() },
        "subtotal": {"amount": 3_980, "currency": "EUR"}, "delivery": {"amount": 490, "currency": "EUR"},
        "total": {"amount": 4_470, "currency": "EUR"}, "delivery_kind": "parcel",
        "payment": {"id": format!("pay_{name}"), "method": "invoice"},
        "fraud": {"outcome": "allow", "score": 0.1, "model": "bench", "reasons": []},
    }))?;
    let id = kiosk_ids::EventId::named(&name)?;
    Ok(Event { seq, id, occurred_ms: order.placed_ms, body: EventBody::OrderPlaced(Box::new(order)) })
}
