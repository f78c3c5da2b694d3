//! What the descriptions of APIs say of personal records: [`Personal`](crate::Personal) is plain text there.

use utoipa::ToSchema;

/// How to reach the shopper.
#[derive(ToSchema)]
#[schema(as = Contact)]
#[allow(dead_code, reason = "describes crate::Contact")]
pub struct ContactSchema {
    #[schema(max_length = 120)]
    name: String,
    #[schema(max_length = 254)]
    email: String,
    #[schema(max_length = 32)]
    phone: Option<String>,
}

/// Where to deliver.
#[derive(ToSchema)]
#[schema(as = Address)]
#[allow(dead_code, reason = "describes crate::Address")]
pub struct AddressSchema {
    #[schema(max_length = 200)]
    street: String,
    #[schema(max_length = 200)]
    extra: Option<String>,
    #[schema(max_length = 16)]
    postcode: String,
    #[schema(max_length = 100)]
    city: String,
    /// ISO 3166-1 alpha-2.
    country: String,
}
