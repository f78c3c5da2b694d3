//! What vendors do: register, hand in what is asked for, submit it, say how they sell. Functions on a [`Conn`] or a
//! [`Tx`] take part in another module's transaction.

use http::StatusCode;
use kiosk_ids::{DocumentId, VendorId};
use kiosk_password::Password;
use kiosk_problem::Problem;
use kiosk_wire::Vendor;

use super::business::{Business, country, line};
use super::document::Form;
use super::state::{Item, State, Verdict};
use super::store;
use crate::clock::Clock;
use crate::db::{Conn, Db, Tx};
use crate::error::Error;
use crate::media::files::Files;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::catalog::service as catalog;
use crate::modules::imports::text::plain;
use crate::modules::members::service::{Member, Service as Members, checked_email, checked_name};
use crate::random::random;

/// Length of a country code, in bytes.
pub const COUNTRY_BYTES: usize = 2;
/// Longest text about a vendor, in characters.
pub const ABOUT_CHARS_MAX: usize = 2_000;
/// Ways to pay that a vendor can accept.
pub const METHODS: [&str; 4] = ["card", "paypal", "bank_transfer", "invoice"];
/// Where documents are in the store.
const FOLDER: &str = "documents";

/// A way to pay, for people.
#[must_use]
pub fn method_name(method: &str) -> &'static str {
    match method {
        "card" => "Card, over Stripe",
        "paypal" => "PayPal",
        "bank_transfer" => "Bank transfer, before you send",
        "invoice" => "Invoice, after delivery",
        _ => "Another way",
    }
}

/// A vendor as itself and admins see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// `ven_…`.
    pub id: String,
    /// Trading name.
    pub name: String,
    /// ISO 3166-1 alpha-2 country.
    pub country: String,
    /// A paragraph, plain text.
    pub about: String,
    /// Where it stands.
    pub state: State,
    /// Why it was rejected or suspended.
    pub reason: String,
    /// Ways to pay that it accepts.
    pub methods: Vec<String>,
    /// Its business information.
    pub business: Business,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// When it came to stand where it stands, Unix milliseconds.
    pub changed_ms: i64,
}

/// A point of the checklist that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// Which.
    pub item: Item,
    /// What admins say of it.
    pub verdict: Verdict,
    /// Why it was refused.
    pub reason: String,
    /// Names the file of a document.
    pub document: Option<String>,
    /// Ending of that file.
    pub ext: String,
    /// Its size in bytes.
    pub size_bytes: i64,
    /// Unix milliseconds.
    pub changed_ms: i64,
}

/// A vendor with its checklist.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// The vendor.
    pub profile: Profile,
    /// What it has handed in.
    pub handed: Vec<Handed>,
}

impl Dossier {
    /// What was handed in for a point of the checklist.
    #[must_use]
    pub fn get(&self, item: Item) -> Option<&Handed> {
        self.handed.iter().find(|handed| handed.item == item)
    }

    /// Points of the checklist that are missing, or have to be mended.
    #[must_use]
    pub fn missing(&self) -> Vec<Item> {
        let done = |item: &Item| self.get(*item).is_some_and(|handed| handed.verdict != Verdict::Refused);
        Item::ALL.into_iter().filter(|item| !done(item)).collect()
    }
}

/// Who wants to sell.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Trading name.
    pub trading_name: String,
    /// Country code.
    pub country: String,
    /// Full name of who registers.
    pub name: String,
    /// Their e-mail address.
    pub email: String,
}

/// Vendors.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) files: Files,
    pub(super) members: Members,
    pub(super) url: String,
}

impl Service {
    /// Over this database; documents go to `files`, links of mails lead to `url`.
    #[must_use]
    pub fn new(db: Db, clock: Clock, files: Files, members: Members, url: &str) -> Self {
        Self { db, clock, files, members, url: url.to_owned() }
    }

    /// Registers a vendor with its first person. Answers the same whoever has the address, whose owner gets a mail.
    ///
    /// # Errors
    /// 422 for a field that does not fit, 429 `too_many_attempts`.
    pub async fn register(&self, registration: &Registration, password: Password) -> Result<(), Error> {
        let trading_name = line("trading_name", &registration.trading_name)?;
        let country = country(&registration.country)?;
        let name = checked_name(&registration.name)?;
        let email = checked_email(&registration.email)?;
        let hash = self.members.new_hash("password", password, &[&email, &name, &trading_name]).await?;
        self.members.count(&format!("mail/{email}")).await?;
        let now_ms = self.clock.now_ms();
        let id = VendorId::fresh(now_ms, &random()?);
        let mut tx = self.db.begin().await?;
        if self.members.register(&mut tx, (&email, &name), &id, &hash).await? {
            let profile = Profile {
                country,
                state: State::Draft,
                ..approved(&Vendor {
                    id,
                    name: trading_name,
                    region: String::new(),
                    about: String::new(),
                    methods: Vec::new(),
                })
            };
            store::insert(&mut tx, &Profile { created_ms: now_ms, changed_ms: now_ms, ..profile }).await?;
        }
        Ok(tx.commit().await?)
    }

    /// A vendor with its checklist.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, id: &VendorId) -> Result<Dossier, Error> {
        let conn = &mut *self.db.read().await?;
        let profile = get_profile(conn, id).await?;
        Ok(Dossier { profile, handed: store::list_items(conn, id.as_str()).await? })
    }

    /// Takes the business information of a vendor.
    ///
    /// # Errors
    /// 422 for a field that does not fit, 409 `vendor_state` when it is no time for that.
    pub async fn set_business(&self, actor: &Member, id: &VendorId, business: Business) -> Result<(), Error> {
        let (mut tx, profile) = self.open(id).await?;
        let business = business.checked(&profile.country)?;
        store::set_business(&mut tx, id.as_str(), &business).await?;
        self.hand_in(&mut tx, actor, id, Item::Business, None).await?;
        Ok(tx.commit().await?)
    }

    /// Takes a document.
    ///
    /// # Errors
    /// 422 `document_refused`, 409 `vendor_state` when it is no time for that.
    pub async fn put_document(
        &self,
        actor: &Member,
        id: &VendorId,
        item: Item,
        bytes: Vec<u8>,
    ) -> Result<(), Error> {
        if item == Item::Business {
            return Err(Error::NotFound("document"));
        }
        let form = Form::of(&bytes)?;
        let document = DocumentId::fresh(self.clock.now_ms(), &random()?);
        let size_bytes = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let name = file_name(document.as_str());
        // The file comes first, so that a row that names it is never without it.
        self.files.put(FOLDER, name, form.ext(), bytes).await?;
        let (mut tx, _) = self.open(id).await?;
        let before = store::list_items(&mut tx, id.as_str()).await?;
        let file = Some((document.as_str(), form, size_bytes));
        self.hand_in(&mut tx, actor, id, item, file).await?;
        tx.commit().await?;
        for handed in before.iter().filter(|handed| handed.item == item) {
            if let Some(document) = &handed.document {
                self.files.delete(FOLDER, file_name(document), &handed.ext).await?;
            }
        }
        Ok(())
    }

    /// A document's bytes and the ending of its file.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get_document(&self, id: &VendorId, item: Item) -> Result<(String, Vec<u8>), Error> {
        let handed = store::list_items(&mut *self.db.read().await?, id.as_str()).await?;
        let handed = handed.into_iter().find(|handed| handed.item == item);
        let Some(Handed { document: Some(document), ext, .. }) = handed else {
            return Err(Error::NotFound("document"));
        };
        let bytes = self.files.get(FOLDER, file_name(&document), &ext).await?;
        Ok((ext, bytes.ok_or(Error::NotFound("document"))?))
    }

    /// Hands the checklist to the admins.
    ///
    /// # Errors
    /// 422 `checklist_incomplete`, 409 `vendor_state`.
    pub async fn submit(&self, actor: &Member, id: &VendorId) -> Result<(), Error> {
        let (mut tx, profile) = self.open(id).await?;
        let dossier = Dossier { handed: store::list_items(&mut tx, id.as_str()).await?, profile };
        let missing = dossier.missing();
        if !missing.is_empty() {
            let missing: Vec<&str> = missing.into_iter().map(Item::title).collect();
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let problem = Problem::new(status, "checklist_incomplete", "Something is missing");
            return Err(problem.detail(format!("Still to do: {}.", missing.join(", "))).into());
        }
        store::set_state(&mut tx, id.as_str(), State::Submitted, "", self.clock.now_ms()).await?;
        self.log(&mut tx, &actor.id, "vendor.submit", id.as_str(), String::new()).await?;
        Ok(tx.commit().await?)
    }

    /// Takes what a vendor shows of itself and how it is paid.
    ///
    /// # Errors
    /// 422 for a text that is too long, or when no way to pay is left.
    pub async fn set_settings(
        &self,
        actor: &Member,
        id: &VendorId,
        about: &str,
        methods: &[&str],
    ) -> Result<(), Error> {
        if about.chars().count() > ABOUT_CHARS_MAX {
            return Err(Error::invalid("about", format!("at most {ABOUT_CHARS_MAX} characters")));
        }
        let about = plain(about, ABOUT_CHARS_MAX);
        let methods: Vec<&str> = METHODS.into_iter().filter(|method| methods.contains(method)).collect();
        if methods.is_empty() {
            return Err(Error::invalid("methods", "accept at least one"));
        }
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        if let Some(vendor) = catalog::get_vendor(&mut tx, id).await? {
            admit_imported(&mut tx, std::slice::from_ref(&vendor)).await?;
            let changed = Vendor { about: about.clone(), methods: told_methods(&methods), ..vendor };
            catalog::put_vendors(&mut tx, &[changed]).await?;
        }
        store::set_settings(&mut tx, id.as_str(), &about, &methods.join(",")).await?;
        self.log(&mut tx, &actor.id, "vendor.settings", id.as_str(), methods.join(", ")).await?;
        Ok(tx.commit().await?)
    }

    /// A transaction over a vendor that can still change what it hands in.
    async fn open(&self, id: &VendorId) -> Result<(Tx, Profile), Error> {
        let mut tx = self.db.begin().await?;
        let profile = store::lock(&mut tx, id.as_str()).await?.ok_or(Error::NotFound("vendor"))?;
        if profile.state.is_open() { Ok((tx, profile)) } else { Err(wrong_state(profile.state)) }
    }

    async fn hand_in(
        &self,
        tx: &mut Tx,
        actor: &Member,
        id: &VendorId,
        item: Item,
        file: Option<(&str, Form, i64)>,
    ) -> Result<(), Error> {
        let handed = Handed {
            item,
            verdict: Verdict::Open,
            reason: String::new(),
            document: file.map(|(document, ..)| document.to_owned()),
            ext: file.map_or_else(String::new, |(_, form, _)| form.ext().to_owned()),
            size_bytes: file.map_or(0, |(.., size_bytes)| size_bytes),
            changed_ms: self.clock.now_ms(),
        };
        store::put_item(tx, id.as_str(), &handed).await?;
        self.log(tx, &actor.id, "vendor.hand_in", id.as_str(), item.name().to_owned()).await
    }

    pub(super) async fn log(
        &self,
        tx: &mut Tx,
        actor: &str,
        action: &str,
        subject: &str,
        detail: String,
    ) -> Result<(), Error> {
        audit::append(tx, actor, &Act { action, subject, detail }, self.clock.now_ms()).await
    }
}

/// Vendors of an import are approved by it; known ones stay as they are.
///
/// # Errors
/// When the database fails.
pub async fn admit_imported(tx: &mut Tx, vendors: &[Vendor]) -> Result<(), Error> {
    for vendor in vendors {
        store::insert(tx, &approved(vendor)).await?;
    }
    Ok(())
}

/// Adds the ways to pay that vendors have chosen to what an import tells of them, which says nothing of it.
///
/// # Errors
/// When the database fails.
pub async fn with_methods(tx: &mut Tx, mut vendors: Vec<Vendor>) -> Result<Vec<Vendor>, Error> {
    for vendor in &mut vendors {
        if let Some(profile) = store::get(tx, vendor.id.as_str()).await? {
            vendor.methods = told_methods(&profile.methods);
        }
    }
    Ok(vendors)
}

/// Ways to pay as POPs are told them: all of them are none named.
pub(super) fn told_methods(methods: &[impl AsRef<str>]) -> Vec<String> {
    let named: Vec<_> = methods.iter().map(|method| method.as_ref().to_owned()).collect();
    if METHODS.iter().all(|known| named.iter().any(|method| method == known)) { Vec::new() } else { named }
}

/// Refuses what only approved vendors do.
///
/// # Errors
/// 403 `vendor_not_approved`.
pub async fn require_approved(conn: &mut Conn, id: &VendorId) -> Result<(), Error> {
    let profile = store::get(conn, id.as_str()).await?;
    let why = match profile.map(|profile| profile.state) {
        None | Some(State::Approved) => return Ok(()),
        Some(State::Suspended) => "Your shop is suspended; the overview says why.",
        Some(State::Submitted) => {
            "Your papers are being looked at; you can list as soon as they are accepted."
        }
        Some(State::Draft | State::Rejected) => "Hand in what the overview asks for first.",
    };
    let problem = Problem::new(StatusCode::FORBIDDEN, "vendor_not_approved", "You cannot sell yet");
    Err(problem.detail(why).into())
}

/// Whose row there is, else what the catalogue knows of a vendor of an import.
pub async fn get_profile(conn: &mut Conn, id: &VendorId) -> Result<Profile, Error> {
    if let Some(profile) = store::get(conn, id.as_str()).await? {
        return Ok(profile);
    }
    let vendor = catalog::get_vendor(conn, id).await?;
    Ok(approved(&vendor.ok_or(Error::NotFound("vendor"))?))
}

fn approved(vendor: &Vendor) -> Profile {
    Profile {
        id: vendor.id.to_string(),
        name: vendor.name.clone(),
        country: vendor.region.clone(),
        about: vendor.about.clone(),
        state: State::Approved,
        reason: String::new(),
        methods: METHODS.map(str::to_owned).to_vec(),
        business: Business::default(),
        created_ms: 0,
        changed_ms: 0,
    }
}

/// 409: it is no time for that.
pub(super) fn wrong_state(state: State) -> Error {
    let problem = Problem::new(StatusCode::CONFLICT, "vendor_state", "This cannot be done now");
    problem.detail(format!("The vendor is {}.", state.name())).into()
}

fn file_name(document: &str) -> &str {
    document.trim_start_matches(DocumentId::PREFIX)
}
