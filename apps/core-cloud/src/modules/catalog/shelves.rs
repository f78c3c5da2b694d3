//! The tree of categories as admins change it.

use http::StatusCode;
use kiosk_problem::Problem;
use kiosk_wire::Category;

use super::service::{lock_writers, put_categories};
use super::store::{self, Kind};
use crate::clock::Clock;
use crate::db::{Conn, Db, Tx};
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::imports::text;
use crate::modules::members::service::Member;

/// Longest name of a category, in characters.
pub const NAME_CHARS_MAX: usize = 60;
/// Longest sentence about a category, in characters.
pub const BLURB_CHARS_MAX: usize = 400;
/// Most attributes of a category.
pub const ATTRIBUTES_MAX: usize = 20;
/// Most categories: menus show all of them.
pub const CATEGORIES_MAX: usize = 500;

/// A category as it is written down.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// For people.
    pub name: String,
    /// The slug above, empty for a top category.
    pub parent: String,
    /// A sentence.
    pub blurb: String,
    /// Names of attributes, one a line.
    pub attributes: String,
}

/// The tree as admins change it.
#[derive(Clone, Debug)]
pub struct Service {
    db: Db,
    clock: Clock,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// See [`list`].
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self) -> Result<Vec<Category>, Error> {
        list(&mut *self.db.read().await?).await
    }

    /// Adds a category after its siblings; its slug comes from its name and stays.
    ///
    /// # Errors
    /// 422 that names the field.
    pub async fn add(&self, actor: &Member, draft: &Draft) -> Result<String, Error> {
        let mut tx = self.open().await?;
        let all = list(&mut tx).await?;
        if all.len() >= CATEGORIES_MAX {
            return Err(Error::invalid("name", format!("there are {CATEGORIES_MAX} categories already")));
        }
        let mut category = checked(draft, &all, None)?;
        category.slug = text::slug(&category.name);
        if category.slug.is_empty() || all.iter().any(|known| known.slug == category.slug) {
            return Err(Error::invalid("name", "there is one of this name already"));
        }
        category.position = last_position(&all, category.parent.as_deref()) + 1;
        put_categories(&mut tx, std::slice::from_ref(&category)).await?;
        self.log(&mut tx, actor, "category.add", &category.slug, category.name.clone()).await?;
        tx.commit().await?;
        Ok(category.slug)
    }

    /// Renames, moves or describes a category; what it is moved to it goes to the end of.
    ///
    /// # Errors
    /// 422 that names the field, [`Error::NotFound`].
    pub async fn change(&self, actor: &Member, slug: &str, draft: &Draft) -> Result<(), Error> {
        let mut tx = self.open().await?;
        let known = get(&mut tx, slug).await?;
        let all = list(&mut tx).await?;
        let mut category = checked(draft, &all, Some(&known))?;
        if category.parent != known.parent {
            category.position = last_position(&all, category.parent.as_deref()) + 1;
        }
        put_categories(&mut tx, std::slice::from_ref(&category)).await?;
        let place = category.parent.as_deref().unwrap_or("the top");
        let detail = format!("{} in {place}: {}", category.name, category.attributes.join(", "));
        self.log(&mut tx, actor, "category.change", slug, detail).await?;
        Ok(tx.commit().await?)
    }

    /// Swaps a category with the sibling before it, or after it. The first and the last stay.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn reorder(&self, actor: &Member, slug: &str, up: bool) -> Result<(), Error> {
        let mut tx = self.open().await?;
        let known = get(&mut tx, slug).await?;
        let all = list(&mut tx).await?;
        let mut row: Vec<Category> = all.into_iter().filter(|other| other.parent == known.parent).collect();
        let place = row.iter().position(|other| other.slug == slug).ok_or(Error::NotFound("category"))?;
        let other = if up { place.checked_sub(1) } else { Some(place + 1).filter(|next| *next < row.len()) };
        let Some(other) = other else { return Ok(()) };
        row.swap(place, other);
        // Positions of an import may repeat: they are counted anew.
        for (position, category) in (1..).zip(&mut row) {
            category.position = position;
        }
        put_categories(&mut tx, &row).await?;
        let detail = if up { "up" } else { "down" };
        self.log(&mut tx, actor, "category.reorder", slug, detail.to_owned()).await?;
        Ok(tx.commit().await?)
    }

    /// Removes a category that holds nothing.
    ///
    /// # Errors
    /// 409 `category_not_empty`, [`Error::NotFound`].
    pub async fn remove(&self, actor: &Member, slug: &str) -> Result<(), Error> {
        let mut tx = self.open().await?;
        let known = get(&mut tx, slug).await?;
        if store::count_in_category(&mut tx, slug).await? > 0 {
            let problem =
                Problem::new(StatusCode::CONFLICT, "category_not_empty", "This category is not empty");
            let detail = "Move its products and the categories below it first, archived products too.";
            return Err(problem.detail(detail).into());
        }
        store::delete_category(&mut tx, slug).await?;
        store::advance_feed(&mut tx, &[(Kind::Category, slug)]).await?;
        self.log(&mut tx, actor, "category.remove", slug, known.name).await?;
        Ok(tx.commit().await?)
    }

    async fn open(&self) -> Result<Tx, Error> {
        let mut tx = self.db.begin().await?;
        lock_writers(&mut tx).await?;
        Ok(tx)
    }

    async fn log(
        &self,
        tx: &mut Tx,
        actor: &Member,
        action: &str,
        subject: &str,
        detail: String,
    ) -> Result<(), Error> {
        audit::append(tx, &actor.id, &Act { action, subject, detail }, self.clock.now_ms()).await
    }
}

/// The category of a draft, on the place of `known`.
fn checked(draft: &Draft, all: &[Category], known: Option<&Category>) -> Result<Category, Error> {
    let name = text::plain(&draft.name, NAME_CHARS_MAX);
    if name.is_empty() || draft.name.chars().count() > NAME_CHARS_MAX {
        return Err(Error::invalid("name", format!("1 to {NAME_CHARS_MAX} characters")));
    }
    if draft.blurb.chars().count() > BLURB_CHARS_MAX {
        return Err(Error::invalid("blurb", format!("at most {BLURB_CHARS_MAX} characters")));
    }
    let mut attributes: Vec<String> = Vec::new();
    for line in draft.attributes.lines() {
        let attribute = text::word(line);
        if !attribute.is_empty() && !attributes.contains(&attribute) {
            attributes.push(attribute);
        }
    }
    if attributes.len() > ATTRIBUTES_MAX {
        return Err(Error::invalid("attributes", format!("at most {ATTRIBUTES_MAX}")));
    }
    let parent = Some(draft.parent.clone()).filter(|parent| !parent.is_empty());
    if let Some(parent) = &parent {
        let top = all.iter().any(|category| category.slug == *parent && category.parent.is_none());
        let own = known.map(|known| known.slug.as_str());
        let carries = all.iter().any(|category| category.parent.as_deref() == own && own.is_some());
        if !top || own == Some(parent) || carries {
            return Err(Error::invalid("parent", "the tree has two levels: choose a top category"));
        }
    }
    Ok(Category {
        slug: known.map_or_else(String::new, |known| known.slug.clone()),
        name,
        parent,
        position: known.map_or(0, |known| known.position),
        blurb: text::plain(&draft.blurb, BLURB_CHARS_MAX),
        attributes,
    })
}

fn last_position(all: &[Category], parent: Option<&str>) -> u32 {
    let siblings = all.iter().filter(|category| category.parent.as_deref() == parent);
    siblings.map(|category| category.position).max().unwrap_or(0)
}

/// All categories: top ones in their order, each followed by those below it.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<Category>, Error> {
    let bodies = store::list_categories(conn).await?;
    let mut all: Vec<Category> =
        bodies.iter().map(|body| serde_json::from_str(body)).collect::<Result<_, _>>()?;
    all.sort_by(|one, other| (one.position, &one.slug).cmp(&(other.position, &other.slug)));
    let below = |slug: &str| {
        all.iter().filter(|category| category.parent.as_deref() == Some(slug)).cloned().collect()
    };
    let top = all.iter().filter(|category| category.parent.is_none());
    Ok(top.flat_map(|top| std::iter::once(top.clone()).chain::<Vec<_>>(below(&top.slug))).collect())
}

/// One category.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(conn: &mut Conn, slug: &str) -> Result<Category, Error> {
    let body = store::list_bodies(conn, Kind::Category, &[slug]).await?.remove(slug);
    Ok(serde_json::from_str(&body.ok_or(Error::NotFound("category"))?)?)
}
