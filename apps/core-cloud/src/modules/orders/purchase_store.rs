//! Loading a purchase, and writing what changed of it: tables `orders_vendor_orders`, `orders_pieces`, `orders_holds`,
//! `orders_shipments`, `orders_shipment_pieces`, `orders_tracking`, `orders_returns`, `orders_return_pieces`.

use kiosk_ids::OrderId;
use kiosk_money::Money;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::flow::{Hold, ParcelState, Stage};
use super::pieces::Pieces;
use super::purchase::{
    Charge, Effects, Held, Line, Parcel, Purchase, Return, ReturnLine, State, VendorOrder,
};
use super::returns::{Reason, ReturnState, Wish};
use super::service::price;
use crate::db::{Conn, lock_by};

type Result<T> = std::result::Result<T, sqlx::Error>;

const PIECES: &str = "ordered, cancelled, to_ship, planned, shipped, delivered, lost, coming_back, returned, \
     refunded, exchanged";

/// A purchase with all that belongs to it, locked until the transaction ends.
pub async fn load(conn: &mut Conn, id: &OrderId) -> Result<Option<Purchase>> {
    let lock = lock_by(conn, "id");
    read_purchase(conn, id, &lock).await
}

/// A purchase to look at.
pub async fn get(conn: &mut Conn, id: &OrderId) -> Result<Option<Purchase>> {
    read_purchase(conn, id, "").await
}

async fn read_purchase(conn: &mut Conn, id: &OrderId, lock: &str) -> Result<Option<Purchase>> {
    let sql = format!(
        "SELECT id, country, delivery_kind, payment_method, currency, total, gift_cards, hold, paid, attention \
         FROM orders_orders WHERE id = $1{lock}"
    );
    let Some(row) = sqlx::query(AssertSqlSafe(sql)).bind(id.as_str()).fetch_optional(&mut *conn).await?
    else {
        return Ok(None);
    };
    let currency: String = row.try_get("currency")?;
    let attention: String = row.try_get("attention")?;
    let (total, by_cards): (i64, i64) = (row.try_get("total")?, row.try_get("gift_cards")?);
    let state = State {
        hold: read(&row, "hold", hold_of)?,
        paid: row.try_get("paid")?,
        attention: attention.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        sellers: list_sellers(conn, id.as_str(), &currency).await?,
        parcels: list_parcels(conn, id.as_str()).await?,
        returns: list_returns(conn, id.as_str()).await?,
        held: list_held(conn, id.as_str()).await?,
    };
    Ok(Some(Purchase {
        id: id.clone(),
        country: row.try_get("country")?,
        delivery_kind: row.try_get("delivery_kind")?,
        method: row.try_get("payment_method")?,
        due: price(total - by_cards, &currency),
        was: state.clone(),
        now: state,
        effects: Effects::default(),
    }))
}

/// How a hold is stored.
pub const fn hold_name(hold: Hold) -> &'static str {
    match hold {
        Hold::New => "new",
        Hold::Review => "review",
        Hold::Payment => "payment",
        Hold::None => "none",
    }
}

fn hold_of(name: &str) -> Option<Hold> {
    [Hold::New, Hold::Review, Hold::Payment, Hold::None].into_iter().find(|hold| hold_name(*hold) == name)
}

/// Reads a column that holds a name.
pub fn read<T>(row: &AnyRow, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let name: String = row.try_get(column)?;
    parse(&name).ok_or_else(|| sqlx::Error::Decode(format!("{column} cannot be {name}").into()))
}

fn number(row: &AnyRow, column: &str) -> Result<u32> {
    u32::try_from(row.try_get::<i64, _>(column)?).map_err(|error| sqlx::Error::Decode(error.into()))
}

async fn list_sellers(conn: &mut Conn, order: &str, currency: &str) -> Result<Vec<VendorOrder>> {
    let query = sqlx::query(
        "SELECT vendor, stage, changed_ms, delivery, charge FROM orders_vendor_orders WHERE order_id = $1 \
         ORDER BY vendor",
    );
    let seller_of = |row: AnyRow| {
        Ok(VendorOrder {
            vendor: read(&row, "vendor", |id| id.parse().ok())?,
            stage: read(&row, "stage", Stage::parse)?,
            changed_ms: row.try_get("changed_ms")?,
            delivery: price(row.try_get("delivery")?, currency),
            charge: read(&row, "charge", Charge::parse)?,
            lines: Vec::new(),
        })
    };
    let rows = query.bind(order).fetch_all(&mut *conn).await?;
    let mut sellers: Vec<VendorOrder> = rows.into_iter().map(seller_of).collect::<Result<_>>()?;
    let sql = format!(
        "SELECT l.line, l.sku, l.product, l.vendor, l.unit_amount, l.currency, p.instead_of, p.item, p.units, \
         p.bulky, {PIECES} FROM orders_lines l JOIN orders_pieces p ON p.order_id = l.order_id AND p.line = l.line \
         WHERE l.order_id = $1 ORDER BY l.line"
    );
    for row in sqlx::query(AssertSqlSafe(sql)).bind(order).fetch_all(conn).await? {
        let vendor: String = row.try_get("vendor")?;
        if let Some(seller) = sellers.iter_mut().find(|seller| seller.vendor.as_str() == vendor) {
            seller.lines.push(line_of(&row)?);
        }
    }
    Ok(sellers)
}

fn line_of(row: &AnyRow) -> Result<Line> {
    let instead_of: Option<i64> = row.try_get("instead_of")?;
    Ok(Line {
        number: number(row, "line")?,
        instead_of: instead_of.and_then(|line| u32::try_from(line).ok()),
        sku: row.try_get("sku")?,
        product: row.try_get("product")?,
        unit_price: price(row.try_get("unit_amount")?, &row.try_get::<String, _>("currency")?),
        item: row.try_get("item")?,
        units: row.try_get("units")?,
        bulky: row.try_get::<i64, _>("bulky")? == 1,
        pieces: Pieces {
            ordered: row.try_get("ordered")?,
            cancelled: row.try_get("cancelled")?,
            to_ship: row.try_get("to_ship")?,
            planned: row.try_get("planned")?,
            shipped: row.try_get("shipped")?,
            delivered: row.try_get("delivered")?,
            lost: row.try_get("lost")?,
            returning: row.try_get("coming_back")?,
            returned: row.try_get("returned")?,
            refunded: row.try_get("refunded")?,
            exchanged: row.try_get("exchanged")?,
        },
    })
}

async fn list_parcels(conn: &mut Conn, order: &str) -> Result<Vec<Parcel>> {
    let query = sqlx::query(
        "SELECT id, vendor, warehouse, freight, state, carrier, tracking, created_ms, changed_ms \
         FROM orders_shipments WHERE order_id = $1 ORDER BY created_ms, id",
    );
    let parcel_of = |row: AnyRow| {
        Ok(Parcel {
            id: read(&row, "id", |id| id.parse().ok())?,
            vendor: read(&row, "vendor", |id| id.parse().ok())?,
            warehouse: row.try_get("warehouse")?,
            freight: row.try_get::<i64, _>("freight")? == 1,
            state: read(&row, "state", ParcelState::parse)?,
            carrier: row.try_get("carrier")?,
            tracking: row.try_get("tracking")?,
            created_ms: row.try_get("created_ms")?,
            changed_ms: row.try_get("changed_ms")?,
            contents: Vec::new(),
        })
    };
    let rows = query.bind(order).fetch_all(&mut *conn).await?;
    let mut parcels: Vec<Parcel> = rows.into_iter().map(parcel_of).collect::<Result<_>>()?;
    let query = sqlx::query(
        "SELECT c.shipment, c.line, c.quantity FROM orders_shipment_pieces c \
         JOIN orders_shipments s ON s.id = c.shipment WHERE s.order_id = $1 ORDER BY c.line",
    );
    for row in query.bind(order).fetch_all(conn).await? {
        let id: String = row.try_get("shipment")?;
        if let Some(parcel) = parcels.iter_mut().find(|parcel| parcel.id.as_str() == id) {
            parcel.contents.push((number(&row, "line")?, row.try_get("quantity")?));
        }
    }
    Ok(parcels)
}

async fn list_returns(conn: &mut Conn, order: &str) -> Result<Vec<Return>> {
    let query = sqlx::query(
        "SELECT id, vendor, reason, wish, state, label, note, opened_ms, changed_ms FROM orders_returns \
         WHERE order_id = $1 ORDER BY opened_ms, id",
    );
    let return_of = |row: AnyRow| {
        Ok(Return {
            id: read(&row, "id", |id| id.parse().ok())?,
            vendor: read(&row, "vendor", |id| id.parse().ok())?,
            reason: read(&row, "reason", Reason::parse)?,
            wish: read(&row, "wish", Wish::parse)?,
            state: read(&row, "state", ReturnState::parse)?,
            label: row.try_get("label")?,
            note: row.try_get("note")?,
            opened_ms: row.try_get("opened_ms")?,
            changed_ms: row.try_get("changed_ms")?,
            lines: Vec::new(),
        })
    };
    let rows = query.bind(order).fetch_all(&mut *conn).await?;
    let mut returns: Vec<Return> = rows.into_iter().map(return_of).collect::<Result<_>>()?;
    let query = sqlx::query(
        "SELECT p.return_id, p.line, p.quantity, p.sellable, p.damaged, p.accepted FROM orders_return_pieces p \
         JOIN orders_returns r ON r.id = p.return_id WHERE r.order_id = $1 ORDER BY p.line",
    );
    for row in query.bind(order).fetch_all(conn).await? {
        let id: String = row.try_get("return_id")?;
        if let Some(given) = returns.iter_mut().find(|given| given.id.as_str() == id) {
            given.lines.push(ReturnLine {
                line: number(&row, "line")?,
                quantity: row.try_get("quantity")?,
                sellable: row.try_get("sellable")?,
                damaged: row.try_get("damaged")?,
                accepted: row.try_get("accepted")?,
            });
        }
    }
    Ok(returns)
}

async fn list_held(conn: &mut Conn, order: &str) -> Result<Vec<Held>> {
    let query = sqlx::query_as::<_, (String, i64, i64)>(
        "SELECT item, sold, moved FROM orders_holds WHERE order_id = $1 ORDER BY item",
    );
    let rows = query.bind(order).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(item, sold, moved)| Held { item, sold, moved }).collect())
}

/// Writes what changed of a purchase itself, and of its parts.
pub async fn save(conn: &mut Conn, purchase: &Purchase, now_ms: i64) -> Result<()> {
    let Purchase { id, now, was, .. } = purchase;
    let order = id.as_str();
    let query = sqlx::query(
        "UPDATE orders_orders SET status = $1, hold = $2, paid = $3, attention = $4 WHERE id = $5",
    );
    let query = query.bind(purchase.stage().name()).bind(hold_name(now.hold)).bind(now.paid);
    query.bind(now.attention.join(",")).bind(order).execute(&mut *conn).await?;
    for seller in now.sellers.iter().filter(|seller| !was.sellers.contains(*seller)) {
        let query = sqlx::query(
            "UPDATE orders_vendor_orders SET stage = $1, changed_ms = $2, charge = $3 \
             WHERE order_id = $4 AND vendor = $5",
        );
        let query = query.bind(seller.stage.name()).bind(seller.changed_ms).bind(seller.charge.name());
        query.bind(order).bind(seller.vendor.as_str()).execute(&mut *conn).await?;
        let before = was.sellers.iter().flat_map(|seller| &seller.lines).collect::<Vec<_>>();
        for line in seller.lines.iter().filter(|line| !before.contains(line)) {
            if before.iter().all(|known| known.number != line.number) {
                insert_line(conn, order, seller.vendor.as_str(), line).await?;
            }
            put_pieces(conn, order, line).await?;
        }
    }
    for held in now.held.iter().filter(|held| !was.held.contains(*held)) {
        let query = sqlx::query(
            "INSERT INTO orders_holds (order_id, item, sold, moved) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (order_id, item) DO UPDATE SET sold = excluded.sold, moved = excluded.moved",
        );
        query.bind(order).bind(&*held.item).bind(held.sold).bind(held.moved).execute(&mut *conn).await?;
    }
    for parcel in now.parcels.iter().filter(|parcel| !was.parcels.contains(*parcel)) {
        put_parcel(conn, order, parcel).await?;
    }
    for given in now.returns.iter().filter(|given| !was.returns.contains(*given)) {
        put_return(conn, order, given).await?;
    }
    for (parcel, text) in &purchase.effects.tracking {
        let query = sqlx::query(
            "INSERT INTO orders_tracking (shipment, at_ms, number, text) VALUES ($1, $2, \
             (SELECT COUNT(*) + 1 FROM orders_tracking WHERE shipment = $1), $3)",
        );
        query.bind(parcel.as_str()).bind(now_ms).bind(&**text).execute(&mut *conn).await?;
    }
    Ok(())
}

async fn insert_line(conn: &mut Conn, order: &str, vendor: &str, line: &Line) -> Result<()> {
    let Money { amount, currency } = line.unit_price;
    let query = sqlx::query(
        "INSERT INTO orders_lines (order_id, line, sku, product, vendor, quantity, unit_amount, currency) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    let query = query.bind(order).bind(i64::from(line.number)).bind(&*line.sku).bind(&*line.product);
    let query = query.bind(vendor).bind(line.pieces.ordered).bind(amount).bind(currency.code());
    query.execute(conn).await.map(|_| ())
}

async fn put_pieces(conn: &mut Conn, order: &str, line: &Line) -> Result<()> {
    let sql = format!(
        "INSERT INTO orders_pieces (order_id, line, instead_of, item, units, bulky, {PIECES}) \
         VALUES ({}) ON CONFLICT (order_id, line) DO UPDATE SET cancelled = excluded.cancelled, \
         to_ship = excluded.to_ship, planned = excluded.planned, shipped = excluded.shipped, \
         delivered = excluded.delivered, lost = excluded.lost, coming_back = excluded.coming_back, \
         returned = excluded.returned, refunded = excluded.refunded, exchanged = excluded.exchanged",
        crate::db::placeholders(1, 17)
    );
    let Pieces { ordered, cancelled, to_ship, planned, shipped, delivered, .. } = line.pieces;
    let Pieces { lost, returning, returned, refunded, exchanged, .. } = line.pieces;
    let query = sqlx::query(AssertSqlSafe(sql)).bind(order).bind(i64::from(line.number));
    let query = query.bind(line.instead_of.map(i64::from)).bind(&*line.item).bind(line.units);
    let query = query.bind(i64::from(line.bulky)).bind(ordered).bind(cancelled).bind(to_ship).bind(planned);
    let query = query.bind(shipped).bind(delivered).bind(lost).bind(returning).bind(returned);
    query.bind(refunded).bind(exchanged).execute(conn).await.map(|_| ())
}

async fn put_parcel(conn: &mut Conn, order: &str, parcel: &Parcel) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO orders_shipments (id, order_id, vendor, warehouse, freight, state, carrier, tracking, \
         created_ms, changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET \
         state = excluded.state, carrier = excluded.carrier, tracking = excluded.tracking, \
         changed_ms = excluded.changed_ms",
    );
    let query = query.bind(parcel.id.as_str()).bind(order).bind(parcel.vendor.as_str());
    let query = query.bind(&*parcel.warehouse).bind(i64::from(parcel.freight)).bind(parcel.state.name());
    let query = query.bind(&*parcel.carrier).bind(&*parcel.tracking).bind(parcel.created_ms);
    query.bind(parcel.changed_ms).execute(&mut *conn).await?;
    for (line, quantity) in &parcel.contents {
        let query = sqlx::query(
            "INSERT INTO orders_shipment_pieces (shipment, line, quantity) VALUES ($1, $2, $3) \
             ON CONFLICT (shipment, line) DO UPDATE SET quantity = excluded.quantity",
        );
        query.bind(parcel.id.as_str()).bind(i64::from(*line)).bind(*quantity).execute(&mut *conn).await?;
    }
    Ok(())
}

async fn put_return(conn: &mut Conn, order: &str, given: &Return) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO orders_returns (id, order_id, vendor, reason, wish, state, label, note, opened_ms, \
         changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (id) DO UPDATE SET state = excluded.state, \
         changed_ms = excluded.changed_ms",
    );
    let query = query.bind(given.id.as_str()).bind(order).bind(given.vendor.as_str());
    let query = query.bind(given.reason.name()).bind(given.wish.name()).bind(given.state.name());
    let query = query.bind(&*given.label).bind(&*given.note).bind(given.opened_ms);
    query.bind(given.changed_ms).execute(&mut *conn).await?;
    for line in &given.lines {
        let query = sqlx::query(
            "INSERT INTO orders_return_pieces (return_id, line, quantity, sellable, damaged, accepted) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (return_id, line) DO UPDATE SET \
             sellable = excluded.sellable, damaged = excluded.damaged, accepted = excluded.accepted",
        );
        let query = query.bind(given.id.as_str()).bind(i64::from(line.line)).bind(line.quantity);
        query.bind(line.sellable).bind(line.damaged).bind(line.accepted).execute(&mut *conn).await?;
    }
    Ok(())
}
