//! Delivery addresses.

use http::StatusCode;
use kiosk_ids::AddressId;
use kiosk_privacy::schema::AddressSchema;
use kiosk_privacy::{Address, Personal, checks};
use kiosk_problem::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Region;
use crate::error::{Result, refused_field};
use crate::guard::Session;
use crate::person::Owner;
use crate::store::addresses::{self, ADDRESSES_MAX};

/// An address to keep: who gets the goods, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressForm {
    /// Receiver.
    #[schema(value_type = String, max_length = 120)]
    pub name: Personal<String>,
    #[schema(value_type = AddressSchema)]
    pub address: Address,
}

/// An address, as its owner sees it; also what is sealed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct OwnAddress {
    /// `adr_…`
    #[serde(default)]
    pub id: String,
    pub name: String,
    pub street: String,
    pub extra: Option<String>,
    pub postcode: String,
    pub city: String,
    pub country: String,
}

/// All addresses, oldest first.
pub async fn list_addresses(region: &Region, owner: &Owner) -> Result<Vec<OwnAddress>> {
    let rows = addresses::list(&*region.edge.db, &owner.account.id).await?;
    rows.into_iter()
        .map(|(id, sealed)| {
            let bytes = owner.open(&id, &sealed)?;
            Ok(OwnAddress { id, ..serde_json::from_slice(&bytes)? })
        })
        .collect()
}

/// Keeps another address.
pub async fn add_address(region: &Region, session: &Session, form: &AddressForm) -> Result<OwnAddress> {
    let id = AddressId::fresh(region.now_ms(), &region.edge.random_bytes());
    put(region, session, &id, form).await
}

/// Changes an address.
pub async fn change_address(
    region: &Region,
    session: &Session,
    id: &str,
    form: &AddressForm,
) -> Result<OwnAddress> {
    put(region, session, &own(region, session, id).await?, form).await
}

/// Forgets an address.
pub async fn remove_address(region: &Region, session: &Session, id: &str) -> Result<()> {
    let id = own(region, session, id).await?;
    Ok(region.edge.db.batch(vec![addresses::delete(&session.owner.account.id, id.as_str())]).await?)
}

/// Somebody else's address is not told from one that is not there.
async fn own(region: &Region, session: &Session, id: &str) -> Result<AddressId> {
    let not_found = || Problem::not_found("address");
    let id = AddressId::parse(id).map_err(|_| not_found())?;
    let own = addresses::is_of(&*region.edge.db, &session.owner.account.id, id.as_str()).await?;
    if own { Ok(id) } else { Err(not_found().into()) }
}

async fn put(region: &Region, session: &Session, id: &AddressId, form: &AddressForm) -> Result<OwnAddress> {
    let name = checks::name(&form.name, "name").map_err(refused_field)?;
    let address = form.address.checked("address").map_err(refused_field)?;
    let country = address.country.as_str();
    if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(Problem::invalid("address.country", "must be two capital letters (ISO 3166-1)").into());
    }
    let text = |value: &Personal<String>| value.reveal().clone();
    let own = OwnAddress {
        id: id.to_string(),
        name: text(&name),
        street: text(&address.street),
        extra: address.extra.as_ref().map(text),
        postcode: text(&address.postcode),
        city: text(&address.city),
        country: address.country,
    };
    let owner = &session.owner;
    let sealed = owner.seal(region, id.as_str(), &serde_json::to_vec(&own)?);
    let batch = addresses::put(&owner.account.id, id, sealed, region.now_ms()).to_vec();
    match region.edge.db.batch(batch).await {
        Err(error) if error.violates("addresses_have_room") => Err(Problem::new(
            StatusCode::CONFLICT,
            "too_many_addresses",
            "There is no room for another address",
        )
        .detail(format!("At most {ADDRESSES_MAX} are kept: remove one first."))
        .into()),
        result => Ok(result.map(|()| own)?),
    }
}
