//! Tables `members_members`, `members_sessions`, `members_links`.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::policy::Role;
use super::service::{Kind, Member, Purpose};
use crate::db::Conn;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str =
    "m.id, m.email, m.name, m.role, m.vendor, m.password, m.created_ms, m.verified_ms, m.disabled_ms";

/// A member with their password's hash.
pub struct Stored {
    pub member: Member,
    pub password: String,
}

/// Finds members by what follows `FROM members_members m`; the statement's only parameters are texts.
macro_rules! select {
    ($rest:literal) => {
        sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM members_members m {}", $rest)))
    };
}

/// Stores a new member; false when the address is somebody's.
pub async fn insert(conn: &mut Conn, member: &Member, password: &str) -> Result<bool> {
    let (role, vendor) = match &member.kind {
        Kind::Staff(role) => (Some(role.name()), None),
        Kind::Vendor(vendor) => (None, Some(vendor.as_str())),
    };
    let query = sqlx::query(
        "INSERT INTO members_members (id, email, name, role, vendor, password, created_ms, verified_ms) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email) DO NOTHING",
    );
    let query = query.bind(&*member.id).bind(&*member.email).bind(&*member.name).bind(role).bind(vendor);
    let query = query.bind(password).bind(member.created_ms).bind(member.verified_ms);
    Ok(query.execute(conn).await?.rows_affected() == 1)
}

/// The member with this address, as [`super::service::normal_email`] writes it.
pub async fn find_by_email(conn: &mut Conn, email: &str) -> Result<Option<Stored>> {
    let row = select!("WHERE m.email = $1").bind(email).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The member of this id.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Stored>> {
    let row = select!("WHERE m.id = $1").bind(id).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The member whose session this is.
pub async fn find_by_session(conn: &mut Conn, token_hash: &str, now_ms: i64) -> Result<Option<Stored>> {
    let query = select!(
        "JOIN members_sessions s ON s.member = m.id WHERE s.token_hash = $1 AND s.expires_ms > $2 \
         AND m.disabled_ms IS NULL"
    );
    let row = query.bind(token_hash).bind(now_ms).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The member whose link this is; the link is taken.
pub async fn take_link(
    conn: &mut Conn,
    purpose: Purpose,
    token_hash: &str,
    now_ms: i64,
) -> Result<Option<Stored>> {
    let query = sqlx::query_as::<_, (String,)>(
        "DELETE FROM members_links WHERE token_hash = $1 AND purpose = $2 AND expires_ms > $3 RETURNING member",
    );
    let taken = query.bind(token_hash).bind(purpose.name()).bind(now_ms).fetch_optional(&mut *conn).await?;
    match taken {
        Some((member,)) => get(conn, &member).await,
        None => Ok(None),
    }
}

/// A link in the place of earlier ones for the same.
pub async fn put_link(
    conn: &mut Conn,
    member: &str,
    purpose: Purpose,
    token_hash: &str,
    expires_ms: i64,
) -> Result<()> {
    let query = sqlx::query("DELETE FROM members_links WHERE member = $1 AND purpose = $2");
    query.bind(member).bind(purpose.name()).execute(&mut *conn).await?;
    let query = sqlx::query(
        "INSERT INTO members_links (token_hash, member, purpose, expires_ms) VALUES ($1, $2, $3, $4)",
    );
    query.bind(token_hash).bind(member).bind(purpose.name()).bind(expires_ms).execute(conn).await.map(|_| ())
}

/// A new session.
pub async fn insert_session(
    conn: &mut Conn,
    member: &str,
    token_hash: &str,
    now_ms: i64,
    expires_ms: i64,
) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO members_sessions (token_hash, member, created_ms, expires_ms) VALUES ($1, $2, $3, $4)",
    );
    query.bind(token_hash).bind(member).bind(now_ms).bind(expires_ms).execute(conn).await.map(|_| ())
}

/// Ends a session.
pub async fn delete_session(conn: &mut Conn, token_hash: &str) -> Result<()> {
    sqlx::query("DELETE FROM members_sessions WHERE token_hash = $1")
        .bind(token_hash)
        .execute(conn)
        .await
        .map(|_| ())
}

/// Ends all sessions of a member.
pub async fn delete_sessions(conn: &mut Conn, member: &str) -> Result<()> {
    sqlx::query("DELETE FROM members_sessions WHERE member = $1").bind(member).execute(conn).await.map(|_| ())
}

/// Another password; the address is proven by the link that led there.
pub async fn set_password(conn: &mut Conn, member: &str, password: &str, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "UPDATE members_members SET password = $2, verified_ms = COALESCE(verified_ms, $3) WHERE id = $1",
    );
    query.bind(member).bind(password).bind(now_ms).execute(conn).await.map(|_| ())
}

/// The address is this member's.
pub async fn set_verified(conn: &mut Conn, member: &str, now_ms: i64) -> Result<()> {
    let query =
        sqlx::query("UPDATE members_members SET verified_ms = $2 WHERE id = $1 AND verified_ms IS NULL");
    query.bind(member).bind(now_ms).execute(conn).await.map(|_| ())
}

/// Another role.
pub async fn set_role(conn: &mut Conn, member: &str, role: Role) -> Result<()> {
    let query = sqlx::query("UPDATE members_members SET role = $2 WHERE id = $1 AND role IS NOT NULL");
    query.bind(member).bind(role.name()).execute(conn).await.map(|_| ())
}

/// Whether the member may log in.
pub async fn set_disabled(conn: &mut Conn, member: &str, disabled_ms: Option<i64>) -> Result<()> {
    let query = sqlx::query("UPDATE members_members SET disabled_ms = $2 WHERE id = $1");
    query.bind(member).bind(disabled_ms).execute(conn).await.map(|_| ())
}

/// Admins, by name.
pub async fn list_staff(conn: &mut Conn) -> Result<Vec<Member>> {
    let rows = select!("WHERE m.role IS NOT NULL ORDER BY m.name, m.id").fetch_all(conn).await?;
    rows.iter().map(|row| read(row).map(|stored| stored.member)).collect()
}

/// The people of a vendor, oldest first.
pub async fn list_of_vendor(conn: &mut Conn, vendor: &str) -> Result<Vec<Member>> {
    let rows =
        select!("WHERE m.vendor = $1 ORDER BY m.created_ms, m.id").bind(vendor).fetch_all(conn).await?;
    rows.iter().map(|row| read(row).map(|stored| stored.member)).collect()
}

/// How many owners can log in.
pub async fn count_owners(conn: &mut Conn) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT COUNT(*) FROM members_members WHERE role = 'owner' AND disabled_ms IS NULL",
    );
    Ok(query.fetch_one(conn).await?.0)
}

/// Removes sessions and links that have expired.
pub async fn prune(conn: &mut Conn, now_ms: i64) -> Result<()> {
    sqlx::query("DELETE FROM members_sessions WHERE expires_ms <= $1")
        .bind(now_ms)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM members_links WHERE expires_ms <= $1")
        .bind(now_ms)
        .execute(conn)
        .await
        .map(|_| ())
}

fn read(row: &AnyRow) -> Result<Stored> {
    let role: Option<String> = row.try_get("role")?;
    let vendor: Option<String> = row.try_get("vendor")?;
    let unreadable = || sqlx::Error::Decode("a member is neither an admin nor a vendor's".into());
    let kind = match (role.as_deref().and_then(Role::parse), vendor) {
        (Some(role), None) => Kind::Staff(role),
        (None, Some(vendor)) => Kind::Vendor(vendor.parse().map_err(|_| unreadable())?),
        _ => return Err(unreadable()),
    };
    Ok(Stored {
        member: Member {
            id: row.try_get("id")?,
            email: row.try_get("email")?,
            name: row.try_get("name")?,
            kind,
            created_ms: row.try_get("created_ms")?,
            verified_ms: row.try_get("verified_ms")?,
            disabled_ms: row.try_get("disabled_ms")?,
        },
        password: row.try_get("password")?,
    })
}
