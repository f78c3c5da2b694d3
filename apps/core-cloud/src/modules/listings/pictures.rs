//! Pictures of a vendor's product.

use http::StatusCode;
use kiosk_ids::{ProductId, VendorId};
use kiosk_problem::Problem;
use kiosk_wire::Product;

use super::draft::Checked;
use super::service::Service;
use crate::error::Error;
use crate::modules::imports::text::plain;
use crate::modules::members::service::Member;

/// Most pictures of a product.
pub const PICTURES_MAX: usize = 8;
/// Longest text of a picture, in characters.
pub const ALT_CHARS_MAX: usize = 300;

impl Service {
    /// Adds pictures to a product; `alt` is for those who do not see them, the title when it is empty.
    ///
    /// # Errors
    /// 422 `picture_refused` or `too_many_files`; what changing a product answers.
    pub async fn add_pictures(
        &self,
        actor: &Member,
        vendor: &VendorId,
        (id, version): (&ProductId, i64),
        files: Vec<Vec<u8>>,
        alt: &str,
    ) -> Result<(), Error> {
        let known = self.get(vendor, id).await?;
        // Nobody draws pictures for who may not sell, or for a product that has enough.
        self.open(vendor).await?;
        if files.is_empty() {
            return Err(Error::invalid("file", "choose a picture"));
        }
        if known.product.pictures.len() + files.len() > PICTURES_MAX {
            return Err(too_many());
        }
        let alt = plain(alt, ALT_CHARS_MAX);
        let alt = if alt.is_empty() { known.product.title } else { alt };
        let mut added = Vec::with_capacity(files.len());
        for bytes in files {
            added.push(self.media.put_upload(bytes, &alt).await?);
        }
        self.change_pictures(actor, vendor, (id, version), |product| {
            for picture in added {
                if !product.pictures.iter().any(|known| known.hash == picture.hash) {
                    product.pictures.push(picture);
                }
            }
            if product.pictures.len() > PICTURES_MAX { Err(too_many()) } else { Ok(()) }
        })
        .await
    }

    /// Takes a picture away.
    ///
    /// # Errors
    /// [`Error::NotFound`]; what changing a product answers.
    pub async fn remove_picture(
        &self,
        actor: &Member,
        vendor: &VendorId,
        (id, version): (&ProductId, i64),
        hash: &str,
    ) -> Result<(), Error> {
        self.change_pictures(actor, vendor, (id, version), |product| {
            let place = product.pictures.iter().position(|picture| picture.hash == hash);
            let place = place.ok_or(Error::NotFound("picture"))?;
            product.pictures.remove(place);
            // Variants point to pictures by their place.
            for variant in &mut product.variants {
                let pointed = variant.picture.and_then(|picture| usize::try_from(picture).ok());
                let pointed = match pointed {
                    Some(pointed) if pointed > place => Some(pointed - 1),
                    Some(pointed) if pointed < place => Some(pointed),
                    _ => None,
                };
                variant.picture = pointed.and_then(|pointed| u32::try_from(pointed).ok());
            }
            Ok(())
        })
        .await
    }

    /// Makes a picture the main one.
    ///
    /// # Errors
    /// [`Error::NotFound`]; what changing a product answers.
    pub async fn lead_with_picture(
        &self,
        actor: &Member,
        vendor: &VendorId,
        (id, version): (&ProductId, i64),
        hash: &str,
    ) -> Result<(), Error> {
        self.change_pictures(actor, vendor, (id, version), |product| {
            let place = product.pictures.iter().position(|picture| picture.hash == hash);
            let place = place.ok_or(Error::NotFound("picture"))?;
            product.pictures[..=place].rotate_right(1);
            for variant in &mut product.variants {
                variant.picture = variant.picture.map(|pointed| match usize::try_from(pointed) {
                    Ok(pointed) if pointed == place => 0,
                    Ok(before) if before < place => pointed + 1,
                    _ => pointed,
                });
            }
            Ok(())
        })
        .await
    }

    async fn change_pictures(
        &self,
        actor: &Member,
        vendor: &VendorId,
        (id, version): (&ProductId, i64),
        change: impl FnOnce(&mut Product) -> Result<(), Error> + Send,
    ) -> Result<(), Error> {
        let (mut tx, known) = self.open_product(vendor, id, version).await?;
        let mut product = known.product;
        change(&mut product)?;
        let checked = Checked { product, stock: Vec::new() };
        self.write(&mut tx, actor, checked, None, "product.pictures").await?;
        Ok(tx.commit().await?)
    }
}

fn too_many() -> Error {
    let problem =
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_files", "These are too many pictures");
    problem.param("file").detail(format!("A product has at most {PICTURES_MAX}.")).into()
}
