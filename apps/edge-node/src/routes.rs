//! Which component answers a path, by Spin's rules: the more specific route wins.

use std::cmp::Ordering;

/// Why a set of routes was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RouteError {
    /// A route is not a path pattern.
    #[error("route `{route}`: {reason}")]
    Malformed {
        /// The route as written.
        route: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// Two routes match the same paths.
    #[error("routes `{first}` and `{second}` match the same paths")]
    Duplicate {
        /// As written.
        first: String,
        /// As written.
        second: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    Named(String),
    /// `...`, always last.
    Rest,
}

impl Segment {
    /// How specific: a literal before a name, the end of a route before its rest.
    fn rank(segment: Option<&Self>) -> u8 {
        match segment {
            Some(Self::Literal(_)) => 0,
            Some(Self::Named(_)) => 1,
            None => 2,
            Some(Self::Rest) => 3,
        }
    }
}

/// One route.
#[derive(Clone, Debug)]
pub struct Route {
    /// As written, such as `/v1/...`.
    pub raw: String,
    /// Without its wildcard, such as `/v1`.
    pub prefix: String,
    /// Name of the component.
    pub component: String,
    segments: Vec<Segment>,
}

/// The routes, the most specific first.
#[derive(Clone, Debug)]
pub struct RouteTable(Vec<Route>);

/// A route that fits a path.
#[derive(Debug)]
pub struct RouteMatch<'a> {
    /// Its position in the table.
    pub index: usize,
    /// The route.
    pub route: &'a Route,
    /// What `...` stands for, with its leading slash; empty without one.
    pub path_info: &'a str,
    /// What each `:name` stands for.
    pub named: Vec<(&'a str, &'a str)>,
}

impl RouteTable {
    /// Checks and orders pairs of route and component.
    pub fn new(routes: Vec<(String, String)>) -> Result<Self, RouteError> {
        let mut table = Vec::with_capacity(routes.len());
        for (raw, component) in routes {
            table.push(Route::parse(raw, component)?);
        }
        for (i, first) in table.iter().enumerate() {
            if let Some(second) = table[i + 1..].iter().find(|second| first.same_paths(second)) {
                return Err(RouteError::Duplicate { first: first.raw.clone(), second: second.raw.clone() });
            }
        }
        table.sort_by(Route::by_specificity);
        Ok(Self(table))
    }

    /// The routes, the most specific first.
    pub fn routes(&self) -> &[Route] {
        &self.0
    }

    /// The most specific route that fits a path.
    pub fn find<'a>(&'a self, path: &'a str) -> Option<RouteMatch<'a>> {
        self.0.iter().enumerate().find_map(|(index, route)| {
            let (path_info, named) = route.fit(path)?;
            Some(RouteMatch { index, route, path_info, named })
        })
    }
}

impl Route {
    fn parse(raw: String, component: String) -> Result<Self, RouteError> {
        let malformed = |reason| RouteError::Malformed { route: raw.clone(), reason };
        if !raw.starts_with('/') {
            return Err(malformed("must begin with `/`"));
        }
        let mut segments: Vec<Segment> = Vec::new();
        for part in raw.split('/').filter(|part| !part.is_empty()) {
            if segments.last() == Some(&Segment::Rest) {
                return Err(malformed("`...` must be the last segment"));
            }
            segments.push(match part {
                "..." => Segment::Rest,
                part if part.contains("...") || part.contains('*') => {
                    return Err(malformed("a wildcard is a whole segment, `...` or `:name`"));
                }
                ":" => return Err(malformed("`:` needs a name")),
                part => match part.strip_prefix(':') {
                    Some(name) => Segment::Named(name.to_owned()),
                    None => Segment::Literal(part.to_owned()),
                },
            });
        }
        let prefix = raw.strip_suffix("/...").unwrap_or(&raw).to_owned();
        Ok(Self { prefix: if prefix.is_empty() { "/".to_owned() } else { prefix }, raw, component, segments })
    }

    fn same_paths(&self, other: &Self) -> bool {
        self.segments.len() == other.segments.len()
            && self.segments.iter().zip(&other.segments).all(|pair| match pair {
                (Segment::Literal(a), Segment::Literal(b)) => a == b,
                (Segment::Named(_), Segment::Named(_)) | (Segment::Rest, Segment::Rest) => true,
                _ => false,
            })
    }

    fn by_specificity(a: &Self, b: &Self) -> Ordering {
        let len = a.segments.len().max(b.segments.len());
        (0..=len)
            .map(|i| Segment::rank(a.segments.get(i)).cmp(&Segment::rank(b.segments.get(i))))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    fn fit<'a>(&'a self, path: &'a str) -> Option<(&'a str, Vec<(&'a str, &'a str)>)> {
        let mut rest = path;
        let mut named = Vec::new();
        for segment in &self.segments {
            if *segment == Segment::Rest {
                return Some((rest, named));
            }
            let from = rest.trim_start_matches('/');
            let (part, after) = from.split_at(from.find('/').unwrap_or(from.len()));
            if part.is_empty() {
                return None;
            }
            match segment {
                Segment::Literal(literal) if literal == part => {}
                Segment::Named(name) => named.push((name.as_str(), part)),
                _ => return None,
            }
            rest = after;
        }
        rest.chars().all(|c| c == '/').then_some(("", named))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn table(routes: &[(&str, &str)]) -> RouteTable {
        RouteTable::new(routes.iter().map(|(r, c)| ((*r).to_owned(), (*c).to_owned())).collect()).unwrap()
    }

    #[test]
    fn the_more_specific_route_wins_whatever_the_order() {
        let table = table(&[
            ("/...", "root"),
            ("/v1/...", "api"),
            ("/v1/orders/...", "orders"),
            ("/v1/orders/:id", "order"),
            ("/v1/orders/new", "new"),
            ("/v1/:kind/new", "kind"),
            ("/exact", "exact"),
        ]);
        let cases = [
            ("/", "root"),
            ("/other", "root"),
            ("/exact", "exact"),
            ("/exact/", "exact"),
            ("/exact/more", "root"),
            ("/v1", "api"),
            ("/v1/products", "api"),
            ("/v12", "root"),
            ("/v1/orders", "orders"),
            ("/v1/orders/7", "order"),
            ("/v1/orders/7/lines", "orders"),
            ("/v1/orders/new", "new"),
            ("/v1/carts/new", "kind"),
        ];
        for (path, component) in cases {
            assert_eq!(table.find(path).unwrap().route.component, component, "{path}");
        }
    }

    #[test]
    fn a_match_tells_the_rest_and_the_names() {
        let table = table(&[("/a/:x/b/:y/...", "c"), ("/only", "d")]);
        let found = table.find("/a/1/b/2/three/4").unwrap();
        assert_eq!(found.path_info, "/three/4");
        assert_eq!(found.named, [("x", "1"), ("y", "2")]);
        assert_eq!(found.route.prefix, "/a/:x/b/:y");
        assert_eq!(table.find("/a/1/b/2").unwrap().path_info, "");
        assert_eq!(table.find("/only").unwrap().path_info, "");
        assert!(table.find("/a/1").is_none());
        assert!(table.find("/").is_none());
    }

    #[test]
    fn contradictions_and_nonsense_are_refused() {
        let make = |routes: &[&str]| {
            RouteTable::new(routes.iter().map(|r| ((*r).to_owned(), "c".to_owned())).collect()).map(|_| ())
        };
        assert!(matches!(make(&["/a/...", "/a/.../"]), Err(RouteError::Duplicate { .. })));
        assert!(matches!(make(&["/a/:x", "/a/:y"]), Err(RouteError::Duplicate { .. })));
        assert!(make(&["/a/:x", "/a/..."]).is_ok());
        for bad in ["a", "", "/a/.../b", "/a*", "/a...", "/:"] {
            assert!(matches!(make(&[bad]), Err(RouteError::Malformed { .. })), "{bad}");
        }
    }
}
