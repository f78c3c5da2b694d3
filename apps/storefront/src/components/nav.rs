//! The way through the shop: categories, vendors, and the parts of header and footer made of them.
//!
//! They are the same on every page, so they are rendered once for each state of the catalogue.

use std::collections::HashMap;
use std::sync::OnceLock;

use kiosk_edge_platform::Database;
use kiosk_pop_store::catalog::{self, Cover};
use kiosk_wire::{Category, Vendor};
use leptos::prelude::*;

use crate::pages::PageError;

/// Categories in the header; the rest is in the footer.
pub const HEADER_CATEGORIES_MAX: usize = 10;
/// Vendors in the footer.
pub const FOOTER_VENDORS_MAX: usize = 14;

/// A top category and those below it.
#[derive(Debug)]
pub struct Branch {
    /// The category.
    pub category: Category,
    /// Those below it, in order.
    pub children: Vec<Category>,
    /// `<hash>.<ext>` of the picture that stands for it.
    pub picture: Option<String>,
    /// Products in all of it.
    pub products: u32,
}

/// The navigation at one state of the catalogue.
#[derive(Debug, Default)]
pub struct Nav {
    /// State of the catalogue.
    pub revision: u64,
    /// Top categories that have products, in order.
    pub branches: Vec<Branch>,
    /// Vendors that sell something, by name.
    pub vendors: Vec<Vendor>,
    /// Links of the header.
    pub header_html: String,
    /// Columns of the footer.
    pub footer_html: String,
    /// Categories and vendors of the home page, rendered when it is first asked for.
    pub home_html: OnceLock<[String; 2]>,
}

impl Nav {
    /// Reads it from the catalogue copy.
    pub async fn load(db: &dyn Database, revision: u64) -> Result<Self, PageError> {
        let (categories, vendors) = (catalog::categories(db).await?, catalog::vendors(db).await?);
        let branches = branches(categories, &catalog::covers(db).await?);
        let mut nav = Self { revision, branches, vendors, ..Self::default() };
        nav.header_html = super::shell::render(|| header_links(&nav.branches));
        nav.footer_html = super::shell::render(|| footer_columns(&nav.branches, &nav.vendors));
        Ok(nav)
    }

    /// The category at `slug`, and the one above it.
    pub fn find(&self, slug: &str) -> Option<(&Branch, Option<&Category>)> {
        self.branches.iter().find_map(|branch| {
            if branch.category.slug == slug {
                return Some((branch, None));
            }
            branch.children.iter().find(|child| child.slug == slug).map(|child| (branch, Some(child)))
        })
    }
}

fn branches(categories: Vec<Category>, covers: &HashMap<String, Cover>) -> Vec<Branch> {
    let (mut tops, below): (Vec<_>, Vec<_>) =
        categories.into_iter().partition(|category| category.parent.is_none());
    tops.sort_by_key(|category| category.position);
    let branch = |category: Category| {
        let mut children: Vec<Category> = below
            .iter()
            .filter(|child| child.parent.as_ref() == Some(&category.slug) && covers.contains_key(&child.slug))
            .cloned()
            .collect();
        children.sort_by_key(|child| child.position);
        let slugs = std::iter::once(&category.slug).chain(children.iter().map(|child| &child.slug));
        let covers: Vec<&Cover> = slugs.filter_map(|slug| covers.get(slug)).collect();
        let mut pictured = covers.iter().filter(|cover| cover.picture.is_some());
        let best = pictured.clone().find(|cover| cover.featured).or_else(|| pictured.next());
        let picture = best.and_then(|cover| cover.picture.clone());
        let products = covers.iter().map(|cover| cover.products).sum();
        Branch { category, children, picture, products }
    };
    tops.into_iter().map(branch).filter(|branch| branch.products > 0).collect()
}

fn header_links(branches: &[Branch]) -> AnyView {
    let link = |branch: &Branch| {
        view! {
            <li><a href=format!("/c/{}", branch.category.slug)>{branch.category.name.clone()}</a></li>
        }
    };
    view! { <ul role="list">{branches.iter().take(HEADER_CATEGORIES_MAX).map(link).collect_view()}</ul> }
        .into_any()
}

fn footer_columns(branches: &[Branch], vendors: &[Vendor]) -> AnyView {
    let category = |branch: &Branch| {
        view! { <li><a href=format!("/c/{}", branch.category.slug)>{branch.category.name.clone()}</a></li> }
    };
    let vendor = |vendor: &Vendor| {
        view! { <li><a href=format!("/vendors/{}", vendor.id)>{vendor.name.clone()}</a></li> }
    };
    view! {
        <nav aria-labelledby="footer-shop">
            <h2 id="footer-shop">"Shop"</h2>
            <ul role="list">{branches.iter().map(category).collect_view()}</ul>
        </nav>
        <nav aria-labelledby="footer-makers" class="footer-wide">
            <h2 id="footer-makers">"Who sells here"</h2>
            <ul role="list">{vendors.iter().take(FOOTER_VENDORS_MAX).map(vendor).collect_view()}</ul>
        </nav>
    }
    .into_any()
}
