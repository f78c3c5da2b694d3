//! The frame of every page, and the pieces that several pages use.

use leptos::prelude::*;

use super::format::{count, query_value};

/// The pages of the menu.
const MENU: [(&str, &str); 5] = [
    ("/admin", "Overview"),
    ("/admin/orders", "Orders"),
    ("/admin/stock", "Stock"),
    ("/admin/leases", "Leases"),
    ("/admin/imports", "Imports"),
];

/// What a page is called and where it stands in the menu.
#[derive(Clone, Debug)]
pub struct Frame {
    /// In the title and the heading.
    pub title: String,
    /// The entry of the menu that it belongs to.
    pub menu: &'static str,
}

/// Renders a whole page.
pub fn render(frame: Frame, body: impl IntoView + 'static) -> String {
    let page = view! { <Document frame>{body.into_any()}</Document> };
    format!("<!DOCTYPE html>{}", page.to_html())
}

#[component]
fn Document(frame: Frame, children: Children) -> impl IntoView {
    let items = MENU.map(|(path, name)| {
        let current = (path == frame.menu).then_some("page");
        view! { <li><a href=path aria-current=current>{name}</a></li> }
    });
    view! {
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title>{format!("{} · Kiosk core", frame.title)}</title>
                <link rel="stylesheet" href="/admin/style.css" />
                <link rel="icon" href="data:," />
            </head>
            <body>
                <a class="skip" href="#main">"Skip to content"</a>
                <header class="top">
                    <div class="top-in">
                        <a class="brand" href="/admin"><Mark />"Kiosk core"</a>
                        <nav aria-label="Main"><ul>{items.collect_view()}</ul></nav>
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
