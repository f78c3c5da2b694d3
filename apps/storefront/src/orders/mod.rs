//! edge-orders, the sibling component that owns carts and orders.

mod client;
mod model;

pub use client::OrdersApi;
pub use model::{
    Address, Cart, CartLine, Contact, DeliveryOption, Key, Order, OrderLine, Payment, PlaceOrder,
    PriceChange, Shortage,
};
