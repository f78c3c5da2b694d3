//! Who is asking: every route here is for customers that are logged in.

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use kiosk_problem::Problem;
use kiosk_session::{SESSION_HEADER, Who};

use crate::app::{App, Pop};

/// Where the storefront keeps a session in browsers; over HTTPS with the prefix.
const COOKIES: [&str; 2] = ["__Host-kiosk_session", "kiosk_session"];

/// Who has the session of `Kiosk-Session`.
pub struct Customer(pub Who);

impl FromRequestParts<App> for Customer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let pop = Pop::from_request_parts(parts, app).await?;
        kiosk_session::require(&pop.edge, &parts.headers).await.map(Self)
    }
}

/// As [`Customer`], also by the shop's cookie: for what only reads, because the browser's `EventSource` cannot send a
/// header. What changes something takes the header alone, which no other site can make a browser send.
pub struct Reader(pub Who);

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let pop = Pop::from_request_parts(parts, app).await?;
        let mut headers = HeaderMap::new();
        if let Some(token) = parts.headers.get(SESSION_HEADER).cloned().or_else(|| cookie(&parts.headers)) {
            headers.insert(SESSION_HEADER, token);
        }
        kiosk_session::require(&pop.edge, &headers).await.map(Self)
    }
}

fn cookie(headers: &HeaderMap) -> Option<HeaderValue> {
    let lines = || headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let value = |name: &str| {
        lines()
            .flat_map(|line| line.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
    };
    COOKIES.into_iter().find_map(value).and_then(|token| HeaderValue::from_str(token).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_by_its_whole_name() {
        let of = |line| cookie(&HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(line))]));
        assert_eq!(of("a=1; kiosk_session=x"), Some(HeaderValue::from_static("x")));
        assert_eq!(of("kiosk_session=x; __Host-kiosk_session=y"), Some(HeaderValue::from_static("y")));
        assert_eq!(of("not_kiosk_session=x; kiosk_sessions=y"), None);
    }
}
