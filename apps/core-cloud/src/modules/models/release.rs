//! The models of this release, which POPs have too.

use super::plan::Plan;
use super::service::Service;
use super::{store, upload};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::catalog::{feed, service as catalog};

/// Who registers them, and what makes them decide.
const RELEASE: &str = "release";

/// Card and network of each: the one that decides, and the one before it, to go back to.
pub const MODELS: [(&[u8], &[u8]); 2] = [
    (
        include_bytes!("../../../../../ml/fraud/models/fraud-v1.json"),
        include_bytes!("../../../../../ml/fraud/models/fraud-v1.onnx"),
    ),
    (
        include_bytes!("../../../../../ml/fraud/models/fraud-v3.json"),
        include_bytes!("../../../../../ml/fraud/models/fraud-v3.onnx"),
    ),
];

impl Service {
    /// Registers the models of the release, and has `champion` decide until an owner says otherwise. Nobody is told of the first
    /// plan, since POPs have it by themselves; when a later release or setting names another, they are.
    ///
    /// # Errors
    /// 422 that names `fraud_model` when `champion` is not registered; when the database fails.
    pub async fn register_release(&self, champion: &str) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        for (card, onnx) in MODELS {
            register(&mut tx, card, onnx, now_ms).await?;
        }
        if store::get_model(&mut tx, champion).await?.is_none() {
            return Err(Error::invalid("fraud_model", format!("{champion} is not registered")));
        }
        let plan = Plan {
            champion: champion.to_owned(),
            act: RELEASE.to_owned(),
            changed_ms: now_ms,
            changed_by: RELEASE.to_owned(),
            ..Plan::default()
        };
        match store::list_plans(&mut tx, 1).await?.pop() {
            None => store::insert_plan(&mut tx, &plan).await?,
            Some(before) if before.changed_by == RELEASE && before.champion != champion => {
                let next = Plan { revision: before.revision + 1, former: before.champion, ..plan };
                store::insert_plan(&mut tx, &next).await?;
                feed::publish(&mut tx, None, &[next.told()]).await?;
            }
            Some(_) => {}
        }
        Ok(tx.commit().await?)
    }
}

async fn register(tx: &mut Tx, card: &[u8], onnx: &[u8], now_ms: i64) -> Result<(), Error> {
    let model = upload::describe(card.to_vec(), onnx.to_vec())?;
    if store::insert_model(tx, &model, RELEASE, now_ms).await? {
        return Ok(());
    }
    let known = store::get_model(tx, &model.version).await?;
    if known.is_some_and(|known| known.onnx_sha256 != model.onnx_sha256) {
        let version = model.version;
        tracing::error!(version, "a model of the release has the version of another that is registered");
    }
    Ok(())
}
