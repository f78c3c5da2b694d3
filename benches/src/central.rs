//! The checkout of a shop whose only database is central: PostgreSQL, `SELECT … FOR UPDATE`, a round trip of 80 ms.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::Mutex;

use crate::distance::Distance;
use crate::load::Measured;
use crate::postgres::{DATABASE, Postgres, USER};

/// Shoppers at once, each with a connection of its own.
pub const CLIENTS: usize = 32;
/// Items in stock.
const ITEMS: usize = 1_000;
/// Pieces of each.
const PIECES: i64 = 1_000_000;

const SCHEMA: [&str; 4] = [
    "CREATE TABLE stock (item BIGINT PRIMARY KEY, pieces BIGINT NOT NULL CHECK (pieces >= 0))",
    "CREATE TABLE orders (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, placed TIMESTAMPTZ NOT NULL DEFAULT now(),
       total BIGINT NOT NULL, shopper TEXT NOT NULL)",
    "CREATE TABLE order_line (order_id BIGINT NOT NULL REFERENCES orders (id), item BIGINT NOT NULL,
       pieces BIGINT NOT NULL, price BIGINT NOT NULL, PRIMARY KEY (order_id, item))",
    "CREATE FUNCTION place_order(wanted BIGINT) RETURNS BIGINT LANGUAGE plpgsql AS $$
     DECLARE left_over BIGINT; placed BIGINT;
     BEGIN
       SELECT pieces INTO left_over FROM stock WHERE item = wanted FOR UPDATE;
       IF left_over < 1 THEN RAISE EXCEPTION 'sold out'; END IF;
       UPDATE stock SET pieces = pieces - 1 WHERE item = wanted;
       INSERT INTO orders (total, shopper) VALUES (1990, 'A Shopper') RETURNING id INTO placed;
       INSERT INTO order_line (order_id, item, pieces, price) VALUES (placed, wanted, 1, 1990);
       RETURN placed;
     END $$",
];

/// How a checkout talks to the database.
#[derive(Clone, Copy, Debug)]
pub enum Style {
    /// A statement after the other, as shop software does.
    Statements,
    /// One call of a stored function: the fewest round trips there can be.
    Function,
}

/// The central database and what lies between.
pub struct Central {
    /// A connection for each client, without a pool: a pool looks after each use whether it still lives, a round trip more.
    clients: Vec<Mutex<PgConnection>>,
    _distance: Distance,
    _server: Postgres,
}

impl Central {
    /// Starts it and fills its stock.
    pub async fn start() -> Result<Self> {
        let server = tokio::task::spawn_blocking(Postgres::start).await??;
        let mut near = connect(&server.address).await?;
        for statement in SCHEMA {
            sqlx::query(statement).execute(&mut near).await?;
        }
        let fill = sqlx::query("INSERT INTO stock SELECT n, $2 FROM generate_series(0, $1 - 1) n");
        fill.bind(i64::try_from(ITEMS)?).bind(PIECES).execute(&mut near).await?;
        near.close().await?;
        let distance = Distance::to(&server.address).await?;
        let clients = try_join_all((0..CLIENTS).map(|_| connect(&distance.address))).await?;
        let clients = clients.into_iter().map(Mutex::new).collect();
        Ok(Self { clients, _distance: distance, _server: server })
    }

    /// Orders for `duration`, each client one after the other: all of one item, or each of another.
    pub async fn sell(&self, style: Style, hot: bool, duration: Duration) -> Result<Measured> {
        let next = Arc::new(AtomicUsize::new(0));
        let numbered = self.clients.iter().enumerate();
        // Statements are prepared at their first use, which would count as more round trips.
        try_join_all(
            numbered
                .map(|(index, client)| async move { order(&mut *client.lock().await, style, index).await }),
        )
        .await?;
        let started = Instant::now();
        let clients = self.clients.iter().map(|client| {
            let next = next.clone();
            async move {
                let (mut client, mut took) = (client.lock().await, Vec::new());
                while started.elapsed() < duration {
                    let item = if hot { 0 } else { next.fetch_add(1, Ordering::Relaxed) % ITEMS };
                    let sent = Instant::now();
                    order(&mut client, style, item).await?;
                    took.push(u64::try_from(sent.elapsed().as_micros())?);
                }
                anyhow::Ok(took)
            }
        });
        let took = try_join_all(clients).await?;
        Measured::of_run(took.into_iter().flatten(), started.elapsed())
    }
}

async fn order(client: &mut PgConnection, style: Style, item: usize) -> Result<()> {
    let item = i64::try_from(item)?;
    match style {
        Style::Function => {
            sqlx::query("SELECT place_order($1)").bind(item).execute(client).await?;
            Ok(())
        }
        Style::Statements => order_by_statements(client, item).await,
    }
}

async fn order_by_statements(client: &mut PgConnection, item: i64) -> Result<()> {
    let mut transaction = client.begin().await?;
    let select = sqlx::query_scalar("SELECT pieces FROM stock WHERE item = $1 FOR UPDATE").bind(item);
    let left: i64 = select.fetch_one(&mut *transaction).await?;
    ensure!(left >= 1, "sold out");
    let update = sqlx::query("UPDATE stock SET pieces = pieces - 1 WHERE item = $1").bind(item);
    update.execute(&mut *transaction).await?;
    let order =
        sqlx::query_scalar("INSERT INTO orders (total, shopper) VALUES (1990, 'A Shopper') RETURNING id");
    let order: i64 = order.fetch_one(&mut *transaction).await?;
    let line = sqlx::query("INSERT INTO order_line (order_id, item, pieces, price) VALUES ($1, $2, 1, 1990)");
    line.bind(order).bind(item).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

async fn connect(address: &str) -> Result<PgConnection> {
    let (host, port) = address.rsplit_once(':').context("an address without a port")?;
    let options = PgConnectOptions::new_without_pgpass()
        .host(host)
        .port(port.parse()?)
        .username(USER)
        .database(DATABASE);
    Ok(options.connect().await?)
}
