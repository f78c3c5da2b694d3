//! Features: numbers for the model, computed by one function from a list that is data.
//!
//! `ml/fraud/features-v3.json` is read here and by the training script, so both sides agree on names, order, scaling
//! and plausible ranges. A new model may pick, drop or re-order features without a change of code; a new source of
//! information is a new [`Source`].

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{DeliveryKind, History, KeyKind, PaymentKind, ScoreRequest, Subject, Window, reference_minor};

/// Most features a list may have, so that a buffer for them can live on the stack.
pub const FEATURES_MAX: usize = 64;

/// A versioned list of features of one kind of subject, in the order of the model's input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeatureSpec<S = Source> {
    /// Version of the list, for example `features-v3`.
    pub version: String,
    /// The features.
    pub features: Vec<Feature<S>>,
}

/// One feature: where its raw value comes from, how it is scaled, and which raw values are plausible.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feature<S = Source> {
    /// Unique name, such as `card_count_1h`.
    pub name: String,
    /// Where the raw value comes from.
    pub source: S,
    /// How the raw value becomes the model's input.
    pub scale: Scale,
    /// Smallest plausible raw value.
    pub min: f64,
    /// Largest plausible raw value.
    pub max: f64,
}

/// Where a raw value of an order comes from. Flags are 0 or 1; amounts are in reference units ([`reference_minor`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Total of the order.
    Amount,
    /// Dearest piece.
    UnitPriceMax,
    /// Pieces.
    ItemCount,
    /// Distinct SKUs.
    SkuCount,
    /// Largest quantity of a line.
    LineQuantityMax,
    /// Flag: bulky articles.
    Bulky,
    /// Flag: express delivery.
    DeliveryExpress,
    /// Flag: collected at a pick-up point.
    DeliveryPickup,
    /// Flag: paid by card.
    PaymentCard,
    /// Flag: paid by wallet.
    PaymentWallet,
    /// Flag: paid by bank transfer.
    PaymentBankTransfer,
    /// Hour of the day, 0 to 23.
    HourOfDay,
    /// Flag: no account.
    Guest,
    /// Age of the account in days, 0 for a guest.
    AccountAgeDays,
    /// Age of the cart in seconds.
    CartAgeS,
    /// Flag: billing and shipping address differ.
    BillingDiffers,
    /// Flag: throw-away e-mail domain.
    DisposableEmail,
    /// What discounts take off, percent.
    DiscountPercent,
    /// Share of fraud among the latest orders of its riskiest vendor, percent.
    VendorRisk,
    /// Flag: no device key.
    DeviceMissing,
    /// A velocity counter.
    Velocity {
        /// Counted by what.
        key: KeyKind,
        /// Orders or their amounts.
        measure: Measure,
        /// Over which span.
        window: Window,
    },
    /// Something of what the customer spent before.
    Spending(Usual),
    /// How many keys of one kind were seen with the order's key of another.
    Links(Link),
}

/// What is asked of [`crate::Spending`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Usual {
    /// Orders before.
    Orders,
    /// The amount over what is usual.
    Ratio,
    /// The greatest such ratio lately.
    Peak,
    /// Days since the last order.
    RestDays,
}

/// A count of [`crate::Links`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// Customers of the device.
    DeviceCustomers,
    /// Customers of the address.
    AddressCustomers,
    /// Devices of the customer.
    CustomerDevices,
    /// Addresses of the customer.
    CustomerAddresses,
}

/// What a velocity counter adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Number of orders.
    Count,
    /// Sum of amounts.
    Amount,
}

/// How a raw value is scaled. Centring and spread are folded into the model's graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As it is.
    Identity,
    /// Natural logarithm of one plus the value.
    Log1p,
    /// Sine of the value as an hour of the 24-hour circle.
    DaySin,
    /// Cosine of the value as an hour of the 24-hour circle.
    DayCos,
}

/// Why no features came out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeatureError {
    /// The buffer is not as long as the list.
    #[error("the feature buffer holds {buffer} values, the list has {list}")]
    Width {
        /// Length of the caller's buffer.
        buffer: usize,
        /// Length of the list.
        list: usize,
    },
    /// A raw value is outside its plausible range, or not a number.
    #[error("the value of feature {index} is implausible")]
    Implausible {
        /// Index into [`FeatureSpec::features`].
        index: usize,
    },
    /// A category or currency that this version does not know.
    #[error("unknown {field}")]
    Unknown {
        /// Field of [`crate::OrderFacts`].
        field: &'static str,
    },
}

/// Why a list of features is unusable.
#[derive(Debug, thiserror::Error)]
pub enum SpecError {
    /// Not JSON of this shape.
    #[error("the feature list is not readable")]
    Json(#[from] serde_json::Error),
    /// Empty or longer than [`FEATURES_MAX`].
    #[error("the feature list has {0} entries, allowed are 1 to {FEATURES_MAX}")]
    Length(usize),
    /// A name that occurs twice.
    #[error("the feature `{0}` is listed twice")]
    Duplicate(String),
    /// A range that is empty or not finite, or that lets the scaling leave the real numbers.
    #[error("the plausible range of feature `{0}` is unusable")]
    Range(String),
}

impl<S> FeatureSpec<S> {
    /// Reads and checks a list.
    ///
    /// # Errors
    /// [`SpecError`] when it is not JSON of this shape or fails [`FeatureSpec::check`].
    pub fn from_json(json: &[u8]) -> Result<Self, SpecError>
    where
        S: DeserializeOwned,
    {
        let spec: Self = serde_json::from_slice(json)?;
        spec.check()?;
        Ok(spec)
    }

    /// Checks length, unique names and ranges.
    ///
    /// # Errors
    /// The first [`SpecError`] found.
    pub fn check(&self) -> Result<(), SpecError> {
        if self.features.is_empty() || self.features.len() > FEATURES_MAX {
            return Err(SpecError::Length(self.features.len()));
        }
        for (index, feature) in self.features.iter().enumerate() {
            if self.features[..index].iter().any(|earlier| earlier.name == feature.name) {
                return Err(SpecError::Duplicate(feature.name.clone()));
            }
            let lowest = if feature.scale == Scale::Log1p { 0.0 } else { f64::from(f32::MIN) };
            let range = lowest..=f64::from(f32::MAX);
            if !(range.contains(&feature.min) && range.contains(&feature.max) && feature.min <= feature.max) {
                return Err(SpecError::Range(feature.name.clone()));
            }
        }
        Ok(())
    }

    /// Number of features.
    #[must_use]
    pub fn len(&self) -> usize {
        self.features.len()
    }

    /// Whether the list has no features; [`FeatureSpec::check`] refuses such a list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.features.is_empty()
    }
}

/// Computes all features of `spec` into `out`, which must be exactly as long as the list. Does not allocate.
///
/// # Errors
/// [`FeatureError`]; `out` is then partly written and must not be scored.
pub fn features<T: Subject>(
    subject: &T,
    spec: &FeatureSpec<T::Source>,
    out: &mut [f32],
) -> Result<(), FeatureError> {
    if out.len() != spec.features.len() {
        return Err(FeatureError::Width { buffer: out.len(), list: spec.features.len() });
    }
    subject.check()?;
    for (index, (feature, slot)) in spec.features.iter().zip(out).enumerate() {
        let raw = subject.value(feature.source)?;
        if !(feature.min..=feature.max).contains(&raw) {
            return Err(FeatureError::Implausible { index });
        }
        *slot = feature.scale.apply(raw) as f32;
    }
    Ok(())
}

/// An order and what is remembered of who places it.
#[derive(Clone, Copy, Debug)]
pub struct Placed<'a> {
    /// The order.
    pub request: &'a ScoreRequest,
    /// What is remembered.
    pub history: &'a History,
}

impl Subject for Placed<'_> {
    type Source = Source;

    fn check(&self) -> Result<(), FeatureError> {
        let order = &self.request.order;
        match (order.delivery, order.payment) {
            (DeliveryKind::Unknown, _) => Err(FeatureError::Unknown { field: "delivery" }),
            (_, PaymentKind::Unknown) => Err(FeatureError::Unknown { field: "payment" }),
            _ => Ok(()),
        }
    }

    fn value(&self, source: Source) -> Result<f64, FeatureError> {
        source.value(self.request, self.history)
    }
}

impl Source {
    /// The raw value, before plausibility and scaling.
    ///
    /// # Errors
    /// [`FeatureError::Unknown`] when an amount is in a currency that has no reference value.
    pub fn value(self, request: &ScoreRequest, history: &History) -> Result<f64, FeatureError> {
        let order = &request.order;
        let reference = |amount_minor: i64| {
            reference_minor(amount_minor, &order.currency)
                .map(|amount| amount as f64)
                .ok_or(FeatureError::Unknown { field: "currency" })
        };
        Ok(match self {
            Self::Amount => reference(order.amount_minor)?,
            Self::UnitPriceMax => reference(order.unit_price_minor_max)?,
            Self::ItemCount => f64::from(order.item_count),
            Self::SkuCount => f64::from(order.sku_count),
            Self::LineQuantityMax => f64::from(order.line_quantity_max),
            Self::Bulky => flag(order.bulky),
            Self::DeliveryExpress => flag(order.delivery == DeliveryKind::Express),
            Self::DeliveryPickup => flag(order.delivery == DeliveryKind::Pickup),
            Self::PaymentCard => flag(order.payment == PaymentKind::Card),
            Self::PaymentWallet => flag(order.payment == PaymentKind::Wallet),
            Self::PaymentBankTransfer => flag(order.payment == PaymentKind::BankTransfer),
            Self::HourOfDay => f64::from(order.hour_of_day),
            Self::Guest => flag(order.account_age_days.is_none()),
            Self::AccountAgeDays => f64::from(order.account_age_days.unwrap_or(0)),
            Self::CartAgeS => f64::from(order.cart_age_s),
            Self::BillingDiffers => flag(!order.billing_is_shipping),
            Self::DisposableEmail => flag(order.disposable_email),
            Self::DiscountPercent => f64::from(order.discount_percent),
            Self::VendorRisk => f64::from(order.vendor_risk_ppm) / 1e4,
            Self::DeviceMissing => flag(request.keys.device.is_none()),
            Self::Velocity { key, measure, window } => {
                let counters = history.velocity.get(key);
                let values = match measure {
                    Measure::Count => &counters.count,
                    Measure::Amount => &counters.amount_minor,
                };
                values[window as usize] as f64
            }
            Self::Spending(usual) => {
                let spending = &history.spending;
                match usual {
                    Usual::Orders => f64::from(spending.orders()),
                    Usual::Ratio => spending.ratio(reference(order.amount_minor)?),
                    Usual::Peak => spending.peak(request.now_ms),
                    Usual::RestDays => spending.rest_days(request.now_ms),
                }
            }
            Self::Links(link) => {
                let links = &history.links;
                let count = match link {
                    Link::DeviceCustomers => links.device_customers,
                    Link::AddressCustomers => links.address_customers,
                    Link::CustomerDevices => links.customer_devices,
                    Link::CustomerAddresses => links.customer_addresses,
                };
                count as f64
            }
        })
    }
}

impl Scale {
    fn apply(self, raw: f64) -> f64 {
        match self {
            Self::Identity => raw,
            Self::Log1p => raw.ln_1p(),
            Self::DaySin => (raw * std::f64::consts::TAU / 24.0).sin(),
            Self::DayCos => (raw * std::f64::consts::TAU / 24.0).cos(),
        }
    }
}

pub(crate) fn flag(set: bool) -> f64 {
    f64::from(u8::from(set))
}
