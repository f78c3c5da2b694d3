//! The graph of customers, devices and addresses: how many of one kind an order's key of another kind was seen with.

use serde::{Deserialize, Serialize};

/// Distinct keys that were seen together in the last seven days, before the order that is scored. A farm of accounts
/// shares devices and addresses; who takes over an account brings a device of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Links {
    /// Customers of the device.
    pub device_customers: i64,
    /// Customers of the address.
    pub address_customers: i64,
    /// Devices of the customer.
    pub customer_devices: i64,
    /// Addresses of the customer.
    pub customer_addresses: i64,
}
