//! `spin:variables`: the variables that the manifest gives to the component.

use wasmtime::component::Accessor;

use super::SpinHost;
use super::bindings::spin::variables::variables::{Error, Host, HostWithStore};
use crate::guest::state::GuestState;

impl Host for GuestState {}

impl<T: Send> HostWithStore<T> for SpinHost {
    async fn get(accessor: &Accessor<T, Self>, name: String) -> wasmtime::Result<Result<String, Error>> {
        Ok(accessor.with(|mut access| {
            let state: &mut GuestState = access.get();
            state.component.variables.get(&name).cloned().ok_or(Error::Undefined(name))
        }))
    }
}
