//! Rows of facts of what is scored besides orders, as `ml/fraud/subjects` writes them: each holds all that a model sees.

use std::io::{Read, Write};

use anyhow::Context as _;
use kiosk_risk::{
    DiscountFacts, FEATURES_MAX, FeatureSpec, RegistrationFacts, ReviewFacts, Subject, VendorFacts, features,
};
use serde::de::DeserializeOwned;

/// Reads rows of facts of a kind and writes the features of a list.
///
/// # Errors
/// A kind that is unknown, a list that is unusable, a row that cannot be read or whose facts are implausible.
pub fn scale(kind: &str, list: &[u8], input: impl Read, output: impl Write) -> anyhow::Result<()> {
    match kind {
        "registrations" => rows::<RegistrationFacts>(list, input, output),
        "reviews" => rows::<ReviewFacts>(list, input, output),
        "vendors" => rows::<VendorFacts>(list, input, output),
        "discounts" => rows::<DiscountFacts>(list, input, output),
        _ => anyhow::bail!("facts are of registrations, reviews, vendors or discounts, not of {kind}"),
    }
}

fn rows<T>(list: &[u8], input: impl Read, mut output: impl Write) -> anyhow::Result<()>
where
    T: Subject + DeserializeOwned,
    T::Source: DeserializeOwned,
{
    let spec = FeatureSpec::<T::Source>::from_json(list)?;
    let mut buffer = [0.0; FEATURES_MAX];
    let buffer = &mut buffer[..spec.len()];
    for (place, row) in csv::Reader::from_reader(input).deserialize::<T>().enumerate() {
        let row = row.with_context(|| format!("row {place}"))?;
        features(&row, &spec, buffer).with_context(|| format!("row {place}"))?;
        for value in &*buffer {
            output.write_all(&value.to_le_bytes())?;
        }
    }
    output.flush()?;
    Ok(())
}
