//! Admins: logging in, invitations, roles, and the log of what they did.

use core_cloud::modules::members::policy::Role;

use crate::harness::*;

on_both_databases!(
    an_invited_admin_chooses_a_password_and_logs_in,
    guessing_is_slowed_down_and_tells_nothing,
    roles_change_at_once_and_an_owner_stays,
    the_log_shows_what_was_done_and_that_nobody_changed_it,
    a_login_leads_to_pages_of_the_core_only,
);

async fn an_invited_admin_chooses_a_password_and_logs_in(app: TestApp) {
    let owner = app.staff(Role::Owner).await;
    let invite = [("email", "Mo@Kiosk.test"), ("name", "Mo"), ("role", "moderator")];
    assert_eq!(
        app.post("/admin/staff", &owner, &invite).await.headers["location"],
        "/admin/staff?done=invited"
    );
    let again = app.post("/admin/staff", &owner, &invite).await;
    assert!(again.status == 422 && again.text().contains("somebody has this address"));
    let token = app.link_of("mo@kiosk.test").await;
    let login = |password| [("email", "mo@kiosk.test"), ("password", password)];
    assert!(
        app.post("/login", "", &login("")).await.text().contains("do not fit"),
        "no password is no password"
    );
    let weak = app.post("/password/new", "", &[("token", &token), ("password", "password1")]).await;
    assert!(weak.status == 422 && weak.text().contains("stolen"));
    let choose = [("token", &*token), ("password", PASSWORD)];
    assert_eq!(app.post("/password/new", "", &choose).await.status, 200);
    assert!(app.post("/password/new", "", &choose).await.text().contains("cannot be used any more"));
    let answer = app.post("/login", "", &login(PASSWORD)).await;
    assert_eq!((answer.status.as_u16(), &answer.headers["location"]), (303, &"/admin".parse().unwrap()));
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(app.page("/admin", cookie).await.status, 200);
    assert_eq!(app.page("/admin/staff", cookie).await.status, 403);
    assert!(
        !app.page("/admin", cookie).await.text().contains("/admin/staff"),
        "the menu shows what one may see"
    );
    app.post("/logout", cookie, &[]).await;
    assert_eq!(app.page("/admin", cookie).await.headers["location"], "/login?next=%2Fadmin");
    // A forgotten password: the old one and all sessions end; the link is good once and for an hour.
    app.post("/password", "", &[("email", "mo@kiosk.test")]).await;
    let token = app.link_of("mo@kiosk.test").await;
    app.advance_ms(3_600_001);
    let late = app.post("/password/new", "", &[("token", &token), ("password", "another long one")]).await;
    assert!(late.text().contains("cannot be used any more"));
}

async fn guessing_is_slowed_down_and_tells_nothing(app: TestApp) {
    app.staff(Role::Support).await;
    let attempt = async |email: &str| {
        let answer = app.post("/login", "", &[("email", email), ("password", "not the password")]).await;
        answer.text().replace(email, "")
    };
    for _ in 0..5 {
        assert_eq!(attempt("support@kiosk.test").await, attempt("nobody@kiosk.test").await);
    }
    attempt("support@kiosk.test").await;
    assert!(attempt("support@kiosk.test").await.contains("Too many attempts"));
    app.advance_ms(1_001);
    assert!(attempt("support@kiosk.test").await.contains("do not fit"));
    // Asking for a link looks the same whoever has the address.
    let reset = async |email: &str| app.post("/password", "", &[("email", email)]).await.text();
    assert_eq!(reset("support@kiosk.test").await, reset("nobody@kiosk.test").await);
    assert_eq!(
        (app.mails("support@kiosk.test").await.len(), app.mails("nobody@kiosk.test").await.len()),
        (1, 0)
    );
}

async fn roles_change_at_once_and_an_owner_stays(app: TestApp) {
    let (owner, support) = (app.staff(Role::Owner).await, app.staff(Role::Support).await);
    assert_eq!(app.page("/admin/orders", &support).await.status, 200);
    let staff = app.app.services.members.list_staff().await.unwrap();
    let id = |email: &str| staff.iter().find(|member| member.email == email).unwrap().id.clone();
    let set = async |email: &str, role: &str| {
        app.post(&format!("/admin/staff/{}/role", id(email)), &owner, &[("role", role)]).await
    };
    set("support@kiosk.test", "moderator").await;
    assert_eq!(app.page("/admin/orders", &support).await.status, 403);
    set("support@kiosk.test", "none").await;
    assert_eq!(app.page("/admin/orders", &support).await.status, 303, "shut out");
    set("first@kiosk.test", "none").await;
    let last = set("owner@kiosk.test", "none").await;
    assert!(last.status == 422 && last.text().contains("somebody has to be the owner"));
    assert_eq!(app.page("/admin/staff", &owner).await.status, 200);
    assert_eq!(set("owner@kiosk.test", "root").await.status, 422);
    assert_eq!(app.post("/admin/staff/mem_x/role", &owner, &[("role", "owner")]).await.status, 404);
}

async fn the_log_shows_what_was_done_and_that_nobody_changed_it(app: TestApp) {
    let owner = app.staff(Role::Owner).await;
    app.post("/admin/staff", &owner, &[("email", "mo@kiosk.test"), ("name", "Mo"), ("role", "finance")])
        .await;
    let page = app.page("/admin/audit", &owner).await.text();
    assert!(page.contains("staff.invite") && page.contains("is whole"), "{page}");
    assert!(!app.page("/admin/audit?q=nothing-like-it", &owner).await.text().contains("staff.invite"));
    let change = async |sql: &'static str| {
        let mut tx = app.db.begin().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    };
    change("UPDATE audit_entries SET detail = 'role owner' WHERE action = 'staff.invite'").await;
    assert!(app.page("/admin/audit", &owner).await.text().contains("breaks at entry"));
    change("UPDATE audit_entries SET detail = 'role finance' WHERE action = 'staff.invite'").await;
    assert_eq!(app.app.services.audit.find_break().await.unwrap(), None);
    change("DELETE FROM audit_entries WHERE seq = (SELECT MAX(seq) FROM audit_entries)").await;
    assert!(app.app.services.audit.find_break().await.unwrap().is_some(), "the end is missed too");
}

async fn a_login_leads_to_pages_of_the_core_only(app: TestApp) {
    app.staff(Role::Owner).await;
    for (next, to) in [
        ("/admin/stock?q=a", "/admin/stock?q=a"),
        ("https://evil.test/", "/admin"),
        ("//evil.test/admin", "/admin"),
        ("/adminevil", "/admin"),
        ("/vendor", "/admin"),
        ("/admin\r\nset-cookie: a=b", "/admin"),
    ] {
        let login = [("email", "owner@kiosk.test"), ("password", PASSWORD), ("next", next)];
        let answer = app.post("/login", "", &login).await;
        assert_eq!(answer.headers["location"], to, "{next}");
        assert!(answer.headers.get_all("set-cookie").iter().count() == 1);
    }
}
