//! Lists that are searched, filtered, sorted and paged by links and forms alone.

use leptos::prelude::*;
use serde::Deserialize;

use super::format::query_value;
use super::layout::Empty;

/// Rows on one page.
const ROWS_PER_PAGE: u32 = 50;
/// Furthest page, so that nobody makes the database count to millions.
const PAGE_MAX: u32 = 200;
/// Longest search text, in characters.
const SEARCH_CHARS_MAX: usize = 64;

/// What a list was asked for, as the query string says it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct List {
    /// Search text.
    #[serde(default)]
    pub q: String,
    /// The filter: a state, a kind; empty for all.
    #[serde(default)]
    pub state: String,
    /// The column to sort by, with `-` in front for the other way round.
    #[serde(default)]
    pub sort: String,
    /// Counts from 1; anything else is the first page.
    #[serde(default)]
    pub page: String,
    /// What was just done, to say so: the code of a notice.
    #[serde(default)]
    pub done: String,
}

impl List {
    /// The search text, bounded.
    pub fn search(&self) -> String {
        self.q.trim().chars().take(SEARCH_CHARS_MAX).collect()
    }

    /// The search text as a `LIKE` pattern; its own wildcards only make it find more.
    pub fn like(&self) -> String {
        format!("%{}%", self.search().to_lowercase())
    }

    /// Sorted by `sort` unless something else was asked for.
    pub fn sorted(mut self, sort: &str) -> Self {
        if self.sort.is_empty() {
            sort.clone_into(&mut self.sort);
        }
        self
    }

    /// The page, from 1.
    pub fn page(&self) -> u32 {
        self.page.parse().unwrap_or(1).clamp(1, PAGE_MAX)
    }

    /// Rows to ask for (one more than are shown) and rows to skip.
    pub fn window(&self) -> (i64, i64) {
        (i64::from(ROWS_PER_PAGE) + 1, i64::from((self.page() - 1) * ROWS_PER_PAGE))
    }

    /// Cuts the row too many off; whether there is another page.
    pub fn cut<T>(&self, rows: &mut Vec<T>) -> bool {
        let more = rows.len() > ROWS_PER_PAGE as usize && self.page() < PAGE_MAX;
        rows.truncate(ROWS_PER_PAGE as usize);
        more
    }

    /// The `ORDER BY` of a column that may be sorted by: `columns` are names as in the address and SQL expressions; the
    /// first is taken when none fits. `tie` makes the order whole.
    pub fn order_by(&self, columns: &[(&str, &'static str)], tie: &'static str) -> String {
        let (name, down) =
            self.sort.strip_prefix('-').map_or((self.sort.as_str(), false), |name| (name, true));
        let found = columns.iter().find(|(column, _)| *column == name);
        let (expression, down) = match found {
            Some((_, expression)) => (*expression, down),
            None => (columns.first().map_or(tie, |(_, expression)| *expression), false),
        };
        let way = if down { "DESC" } else { "ASC" };
        format!("ORDER BY {expression} {way}, {tie}")
    }

    /// The address of this list at `path`, with another sorting or page.
    fn address(&self, path: &str, sort: &str, page: u32) -> String {
        let mut pairs = Vec::new();
        for (name, value) in [("q", self.q.as_str()), ("state", &self.state), ("sort", sort)] {
            if !value.is_empty() {
                pairs.push(format!("{name}={}", query_value(value)));
            }
        }
        if page > 1 {
            pairs.push(format!("page={page}"));
        }
        if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
    }
}

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Heading.
    pub text: &'static str,
    /// The name it is sorted by, empty when it is not.
    pub sort: &'static str,
    /// Whether it holds numbers.
    pub numbers: bool,
}

impl Column {
    /// A column that is not sorted by.
    pub const fn plain(text: &'static str) -> Self {
        Self { text, sort: "", numbers: false }
    }

    /// A column that is sorted by `sort`.
    pub const fn sorted(text: &'static str, sort: &'static str) -> Self {
        Self { text, sort, numbers: false }
    }

    /// A column of numbers that is sorted by `sort`, unless it is empty.
    pub const fn numbers(text: &'static str, sort: &'static str) -> Self {
        Self { text, sort, numbers: true }
    }
}

/// The head of a list's table, with links that sort.
#[component]
pub fn Columns(path: &'static str, list: List, columns: Vec<Column>) -> impl IntoView {
    let heads = columns.into_iter().map(move |Column { text, sort, numbers }| {
        let class = numbers.then_some("num");
        if sort.is_empty() {
            return view! { <th scope="col" class=class>{text}</th> }.into_any();
        }
        let (up, down) = (list.sort == sort, list.sort.strip_prefix('-') == Some(sort));
        let next = if up { format!("-{sort}") } else { sort.to_owned() };
        let sorted = if up {
            Some("ascending")
        } else if down {
            Some("descending")
        } else {
            None
        };
        let arrow = if up {
            " ↑"
        } else if down {
            " ↓"
        } else {
            ""
        };
        let href = list.address(path, &next, 1);
        view! { <th scope="col" class=class aria-sort=sorted><a href=href>{text}{arrow}</a></th> }.into_any()
    });
    view! { <thead><tr>{heads.collect_view()}</tr></thead> }
}

/// States of a filter that are shown as they are called, with all of them first.
pub fn with_all(states: impl IntoIterator<Item = &'static str>) -> Vec<(&'static str, &'static str)> {
    std::iter::once(("", "all")).chain(states.into_iter().map(|state| (state, state))).collect()
}

/// A search box and a choice of states over a list: each state as in the address, and for people.
#[component]
pub fn Filters(
    path: &'static str,
    list: List,
    label: &'static str,
    states: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let options = states.into_iter().map(|(value, text)| {
        let selected = value == list.state;
        view! { <option value=value selected=selected>{text}</option> }
    });
    view! {
        <form class="tools" method="get" action=path role="search">
            <label>{label}<input type="search" name="q" value=list.search() maxlength="64" /></label>
            <label>"Show"<select name="state">{options.collect_view()}</select></label>
            <button type="submit">"Search"</button>
        </form>
    }
}

/// Links to the page before and after.
#[component]
pub fn Pages(path: &'static str, list: List, more: bool) -> impl IntoView {
    let page = list.page();
    let before = (page > 1).then(|| list.address(path, &list.sort, page - 1));
    let after = more.then(|| list.address(path, &list.sort, page + 1));
    view! {
        <p class="pager">
            {before.map(|href| view! { <a href=href rel="prev">"Page before"</a> })}
            {after.map(|href| view! { <a href=href rel="next">"Next page"</a> })}
        </p>
    }
}

/// A list that is searched, sorted and paged: its rows, or why there are none.
#[component]
pub fn Listed(
    path: &'static str,
    list: List,
    /// What the search looks for.
    label: &'static str,
    /// States to choose from, as [`Filters`] takes them.
    states: Vec<(&'static str, &'static str)>,
    columns: Vec<Column>,
    /// Said instead of rows; none when there are some.
    empty: Option<&'static str>,
    /// Whether another page follows.
    more: bool,
    children: Children,
) -> impl IntoView {
    let found = match empty {
        Some(text) => view! { <Empty text /> }.into_any(),
        None => view! {
            <table class="stack">
                <Columns path list=list.clone() columns />
                <tbody>{children()}</tbody>
            </table>
        }
        .into_any(),
    };
    view! {
        <Filters path list=list.clone() label states />
        <div class="card">{found}</div>
        <Pages path list more />
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorting_takes_known_columns_only() {
        let columns = [("name", "v.name"), ("since", "v.created_ms")];
        let by = |sort: &str| List { sort: sort.to_owned(), ..List::default() }.order_by(&columns, "v.id");
        assert_eq!(by("-since"), "ORDER BY v.created_ms DESC, v.id");
        assert_eq!(by("1; DROP TABLE x"), "ORDER BY v.name ASC, v.id");
        assert_eq!(by(""), "ORDER BY v.name ASC, v.id");
    }

    #[test]
    fn pages_are_bounded() {
        let page = |text: &str| List { page: text.to_owned(), ..List::default() }.page();
        assert_eq!([page(""), page("0"), page("3"), page("-1"), page("999999")], [1, 1, 3, 1, 200]);
        let mut rows: Vec<u32> = (0..51).collect();
        assert!(List::default().cut(&mut rows) && rows.len() == 50);
    }
}
