//! edge-orders, the sibling component that owns carts and orders.

mod client;
mod model;
mod paid;
mod returns;

pub use client::OrdersApi;
pub use model::{
    AddedTax, Address, Cart, CartLine, ClaimedCart, Contact, DeliveryOption, Destination, Key, Loyalty,
    NextTier, Order, OrderEntry, OrderLine, OrderPage, Parcel, ParcelStatus, Payment, PaymentOption,
    PlaceOrder, PriceChange, Shipment, Shortage, Standing,
};
pub use paid::{CartCode, CartGiftCard, Discount, OrderPayment, Transfer};
pub use returns::{AskLine, AskReturn, OrderReturn, ReturnStatus, Returnable};
