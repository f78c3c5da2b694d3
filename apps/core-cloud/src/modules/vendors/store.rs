//! Tables `vendors_vendors`, `vendors_items`.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::business::Business;
use super::service::{Handed, Profile};
use super::state::{Item, State, Verdict};
use crate::db::{Conn, lock_by};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "id, name, country, about, state, reason, methods, legal_name, register_number, vat_id, street, \
     postcode, city, phone, created_ms, changed_ms";
/// Columns that the list is sorted by.
const SORTS: &[(&str, &str)] =
    &[("changed", "changed_ms"), ("name", "LOWER(name)"), ("country", "country"), ("state", "state")];

/// Adds a vendor unless there is one of its id.
pub async fn insert(conn: &mut Conn, profile: &Profile) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO vendors_vendors (id, name, country, about, state, reason, methods, legal_name, register_number, \
         vat_id, street, postcode, city, phone, created_ms, changed_ms) \
         VALUES ($1, $2, $3, $4, $5, '', $6, '', '', '', '', '', '', '', $7, $7) ON CONFLICT (id) DO NOTHING",
    );
    let query = query.bind(&*profile.id).bind(&*profile.name).bind(&*profile.country).bind(&*profile.about);
    let query = query.bind(profile.state.name()).bind(profile.methods.join(",")).bind(profile.created_ms);
    query.execute(conn).await.map(|_| ())
}

/// A vendor.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Profile>> {
    let sql = format!("SELECT {COLUMNS} FROM vendors_vendors WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// A vendor, locked until the transaction ends.
pub async fn lock(conn: &mut Conn, id: &str) -> Result<Option<Profile>> {
    let sql = format!("SELECT {COLUMNS} FROM vendors_vendors WHERE id = $1{}", lock_by(conn, "id"));
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// Vendors as the list asks for them.
pub async fn list(conn: &mut Conn, list: &List) -> Result<Vec<Profile>> {
    let (limit, skip) = list.window();
    let sql = format!(
        "SELECT {COLUMNS} FROM vendors_vendors WHERE ($1 = '' OR state = $1) AND (LOWER(name) LIKE $2 \
         OR LOWER(legal_name) LIKE $2 OR id LIKE $2) {} LIMIT $3 OFFSET $4",
        list.order_by(SORTS, "id")
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(&*list.state).bind(list.like()).bind(limit).bind(skip);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// How many vendors stand here.
pub async fn count(conn: &mut Conn, state: State) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM vendors_vendors WHERE state = $1");
    Ok(query.bind(state.name()).fetch_one(conn).await?.0)
}

/// Where a vendor now stands, and why.
pub async fn set_state(conn: &mut Conn, id: &str, state: State, reason: &str, now_ms: i64) -> Result<()> {
    let query =
        sqlx::query("UPDATE vendors_vendors SET state = $2, reason = $3, changed_ms = $4 WHERE id = $1");
    query.bind(id).bind(state.name()).bind(reason).bind(now_ms).execute(conn).await.map(|_| ())
}

/// The business information of a vendor.
pub async fn set_business(conn: &mut Conn, id: &str, business: &Business) -> Result<()> {
    let query = sqlx::query(
        "UPDATE vendors_vendors SET legal_name = $2, register_number = $3, vat_id = $4, street = $5, postcode = $6, \
         city = $7, phone = $8 WHERE id = $1",
    );
    let query = query.bind(id).bind(&*business.legal_name).bind(&*business.register_number);
    let query = query.bind(&*business.vat_id).bind(&*business.street).bind(&*business.postcode);
    query.bind(&*business.city).bind(&*business.phone).execute(conn).await.map(|_| ())
}

/// What a vendor chooses to show and to accept.
pub async fn set_settings(conn: &mut Conn, id: &str, about: &str, methods: &str) -> Result<()> {
    let query = sqlx::query("UPDATE vendors_vendors SET about = $2, methods = $3 WHERE id = $1");
    query.bind(id).bind(about).bind(methods).execute(conn).await.map(|_| ())
}

/// What a vendor has handed in.
pub async fn list_items(conn: &mut Conn, vendor: &str) -> Result<Vec<Handed>> {
    let query = sqlx::query(
        "SELECT item, verdict, reason, document, ext, size_bytes, changed_ms FROM vendors_items WHERE vendor = $1",
    );
    query.bind(vendor).fetch_all(conn).await?.iter().map(read_item).collect()
}

/// A point of the checklist is handed in, in the place of what was there before.
pub async fn put_item(conn: &mut Conn, vendor: &str, handed: &Handed) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO vendors_items (vendor, item, verdict, reason, document, ext, size_bytes, changed_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (vendor, item) DO UPDATE SET \
         verdict = excluded.verdict, reason = excluded.reason, document = excluded.document, ext = excluded.ext, \
         size_bytes = excluded.size_bytes, changed_ms = excluded.changed_ms",
    );
    let query = query.bind(vendor).bind(handed.item.name()).bind(handed.verdict.name()).bind(&*handed.reason);
    let query = query.bind(handed.document.as_deref()).bind(&*handed.ext).bind(handed.size_bytes);
    query.bind(handed.changed_ms).execute(conn).await.map(|_| ())
}

fn unreadable(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

fn read(row: &AnyRow) -> Result<Profile> {
    let state: String = row.try_get("state")?;
    let methods: String = row.try_get("methods")?;
    Ok(Profile {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        country: row.try_get("country")?,
        about: row.try_get("about")?,
        state: State::parse(&state).ok_or_else(|| unreadable("no state of a vendor"))?,
        reason: row.try_get("reason")?,
        methods: methods.split(',').filter(|method| !method.is_empty()).map(str::to_owned).collect(),
        business: Business {
            legal_name: row.try_get("legal_name")?,
            register_number: row.try_get("register_number")?,
            vat_id: row.try_get("vat_id")?,
            street: row.try_get("street")?,
            postcode: row.try_get("postcode")?,
            city: row.try_get("city")?,
            phone: row.try_get("phone")?,
        },
        created_ms: row.try_get("created_ms")?,
        changed_ms: row.try_get("changed_ms")?,
    })
}

fn read_item(row: &AnyRow) -> Result<Handed> {
    let (item, verdict): (String, String) = (row.try_get("item")?, row.try_get("verdict")?);
    Ok(Handed {
        item: Item::parse(&item).ok_or_else(|| unreadable("no point of the checklist"))?,
        verdict: Verdict::parse(&verdict).ok_or_else(|| unreadable("no verdict"))?,
        reason: row.try_get("reason")?,
        document: row.try_get("document")?,
        ext: row.try_get("ext")?,
        size_bytes: row.try_get("size_bytes")?,
        changed_ms: row.try_get("changed_ms")?,
    })
}
