//! The frame of every page, and the pieces that several pages use.

use leptos::prelude::*;

use super::format::{count, query_value};
use crate::modules::members::policy::Permission;
use crate::modules::members::service::Member;

/// The pages of the admins' menu, and what one must be allowed to see them.
const DESK: &[(&str, &str, Permission)] = &[
    ("/admin", "Overview", Permission::Look),
    ("/admin/orders", "Orders", Permission::Orders),
    ("/admin/payments", "Payments", Permission::Payments),
    ("/admin/statements", "Statements", Permission::Payments),
    ("/admin/returns", "Returns", Permission::Orders),
    ("/admin/fraud", "Fraud", Permission::Fraud),
    ("/admin/appeals", "Appeals", Permission::Fraud),
    ("/admin/customers", "Customers", Permission::Customers),
    ("/admin/reviews", "Reviews", Permission::Reviews),
    ("/admin/chats", "Chats", Permission::Chats),
    ("/admin/stock", "Stock", Permission::Stock),
    ("/admin/leases", "Leases", Permission::Stock),
    ("/admin/imports", "Imports", Permission::Stock),
    ("/admin/audit", "Audit log", Permission::Audit),
    ("/admin/events", "Events", Permission::Events),
    ("/admin/vendors", "Vendors", Permission::Vendors),
    ("/admin/products", "Products", Permission::Products),
    ("/admin/categories", "Categories", Permission::Categories),
    ("/admin/promotions", "Promotions", Permission::Promotions),
    ("/admin/discounts", "Discounts", Permission::Discounts),
    ("/admin/gift-cards", "Gift cards", Permission::GiftCards),
    ("/admin/models", "Fraud models", Permission::Models),
    ("/admin/ledger", "Ledger", Permission::Books),
    ("/admin/payouts", "Payouts", Permission::Books),
    ("/admin/staff", "Admins", Permission::Staff),
];
/// The pages of the vendors' menu.
const VENDOR: &[(&str, &str)] = &[
    ("/vendor", "Overview"),
    ("/vendor/products", "Products"),
    ("/vendor/orders", "Orders"),
    ("/vendor/parcels", "Parcels"),
    ("/vendor/returns", "Returns"),
    ("/vendor/chats", "Chats"),
    ("/vendor/reviews", "Reviews"),
    ("/vendor/promotions", "Promotions"),
    ("/vendor/discounts", "Discounts"),
    ("/vendor/statements", "Statements"),
    ("/vendor/settings", "Settings"),
];

/// What a page is called, who looks at it and where it stands in the menu.
#[derive(Clone, Debug)]
pub struct Frame {
    title: String,
    /// Who is logged in.
    member: Option<Member>,
    /// The entry of the menu that it belongs to.
    current: &'static str,
    /// Address of the page's script.
    script: Option<&'static str>,
}

impl Frame {
    /// A page for somebody who is logged in; `menu` is the address of its entry in the menu.
    pub fn of(member: &Member, title: &str, menu: &'static str) -> Self {
        Self { title: title.to_owned(), member: Some(member.clone()), current: menu, script: None }
    }

    /// A page for anybody.
    pub fn outside(title: &str) -> Self {
        Self { title: title.to_owned(), member: None, current: "", script: None }
    }

    /// The page with a script of the core, which adds to what it does without.
    pub fn with_script(self, path: &'static str) -> Self {
        Self { script: Some(path), ..self }
    }

    /// Whether the page has a script.
    pub fn has_script(&self) -> bool {
        self.script.is_some()
    }

    /// Entries of the menu.
    fn menu(&self) -> Vec<(&'static str, &'static str)> {
        match &self.member {
            None => Vec::new(),
            Some(member) if member.vendor().is_some() => VENDOR.to_vec(),
            Some(member) => {
                let seen = DESK.iter().filter(|(.., permission)| member.may(*permission));
                seen.map(|(path, name, _)| (*path, *name)).collect()
            }
        }
    }

    /// Where the sign of the house leads, and what stands beside it.
    fn home(&self) -> (&'static str, &'static str) {
        match &self.member {
            Some(member) if member.vendor().is_some() => ("/vendor", "Kiosk for vendors"),
            Some(_) => ("/admin", "Kiosk core"),
            None => ("/login", "Kiosk"),
        }
    }
}

/// Renders a whole page.
pub fn render(frame: Frame, body: impl IntoView + 'static) -> String {
    let page = view! { <Document frame>{body.into_any()}</Document> };
    format!("<!DOCTYPE html>{}", page.to_html())
}

#[component]
fn Document(frame: Frame, children: Children) -> impl IntoView {
    let menu = frame.menu();
    let current = frame.current;
    let (home, house) = frame.home();
    let items = menu.clone().into_iter().map(move |(path, name)| {
        let current = (path == current).then_some("page");
        view! { <li><a href=path aria-current=current>{name}</a></li> }
    });
    let items = items.collect_view();
    let member = frame.member.clone().map(|member| {
        view! {
            <form class="who" method="post" action="/logout">
                <span>{member.name}</span>
                <button type="submit" class="quiet">"Log out"</button>
            </form>
        }
    });
    view! {
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>{format!("{} · {house}", frame.title)}</title>
                <link rel="stylesheet" href="/style.css" />
                <link rel="icon" href="data:," />
                {frame.script.map(|path| view! { <script type="module" src=path></script> })}
            </head>
            <body>
                <a class="skip" href="#main">"Skip to content"</a>
                <header class="top">
                    <div class="top-in">
                        <a class="brand" href=home><Mark />{house}</a>
                        {(!menu.is_empty()).then(|| view! { <nav aria-label="Main"><ul>{items}</ul></nav> })}
                        {member}
                    </div>
                </header>
                <main id="main">
                    <h1>{frame.title.clone()}</h1>
                    {children()}
                </main>
                <footer>"Times are UTC. Customers are shown by pseudonym: names and addresses stay in their region."</footer>
            </body>
        </html>
    }
}

/// The awning of a kiosk.
#[component]
fn Mark() -> impl IntoView {
    view! {
        <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round">
            <path d="M4 4h16l1.5 5a3.2 3.2 0 0 1-6.3 0 3.2 3.2 0 0 1-6.4 0 3.2 3.2 0 0 1-6.3 0z" />
            <path d="M5 12.5V20h14v-7.5M9 20v-4.5h6V20" />
        </svg>
    }
}

/// How a badge looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say.
    Plain,
    /// As it should be.
    Good,
    /// To look at.
    Warn,
    /// To act on.
    Bad,
}

/// A word in a coloured pill.
#[component]
pub fn Badge(tone: Tone, #[prop(into)] text: String) -> impl IntoView {
    let class = match tone {
        Tone::Plain => "badge",
        Tone::Good => "badge good",
        Tone::Warn => "badge warn",
        Tone::Bad => "badge bad",
    };
    view! { <span class=class>{text}</span> }
}

/// A number with its name.
#[component]
pub fn Tile(name: &'static str, number: i64, #[prop(optional)] alert: bool) -> impl IntoView {
    let class = if alert && number > 0 { "tile alert" } else { "tile" };
    view! { <div class=class><dt>{name}</dt><dd>{count(number)}</dd></div> }
}

/// Links to the first page and to the next.
#[component]
pub fn Pager(
    /// Address of the list, with its filters.
    path: String,
    /// Whether this is not the first page.
    paged: bool,
    /// Cursor of the next page.
    next: Option<String>,
) -> impl IntoView {
    let joint = if path.contains('?') { '&' } else { '?' };
    let next = next.map(|cursor| format!("{path}{joint}cursor={}", query_value(&cursor)));
    view! {
        <p class="pager">
            {paged.then(|| view! { <a href=path.clone()>"First page"</a> })}
            {next.map(|next| view! { <a href=next rel="next">"Next page"</a> })}
        </p>
    }
}

/// A search box over a list.
#[component]
pub fn Search(path: &'static str, value: String, label: &'static str) -> impl IntoView {
    view! {
        <form class="tools" method="get" action=path role="search">
            <label>{label}<input type="search" name="q" value=value maxlength="64" /></label>
            <button type="submit">"Search"</button>
        </form>
    }
}

/// What stands in the place of an empty table.
#[component]
pub fn Empty(text: &'static str) -> impl IntoView {
    view! { <p class="empty">{text}</p> }
}

/// What was just done, or what went wrong.
#[component]
pub fn Notice(tone: Tone, #[prop(into)] text: String) -> impl IntoView {
    let class = match tone {
        Tone::Plain => "notice",
        Tone::Good => "notice good",
        Tone::Warn => "notice warn",
        Tone::Bad => "notice bad",
    };
    view! { <p class=class role="status">{text}</p> }
}

/// A fact of a record; stands in a `<dl class="facts">`.
#[component]
pub fn Fact(name: &'static str, #[prop(into)] value: String) -> impl IntoView {
    view! { <div><dt>{name}</dt><dd>{value}</dd></div> }
}
