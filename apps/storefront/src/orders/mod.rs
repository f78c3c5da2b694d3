//! edge-orders, the sibling component that owns carts and orders.

mod client;
mod model;

pub use client::OrdersApi;
pub use model::{
    Address, Cart, CartLine, ClaimedCart, Contact, DeliveryOption, Key, Order, OrderEntry, OrderLine,
    OrderPage, OrderPayment, Parcel, ParcelStatus, Payment, PaymentOption, PlaceOrder, PriceChange, Shipment,
    Shortage, Transfer,
};
