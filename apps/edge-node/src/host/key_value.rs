//! `spin:key-value`: the stores that the manifest gives to the component.

use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use super::SpinHost;
use super::bindings::spin::key_value::key_value::{Error, Host, HostStore, HostStoreWithStore};
use crate::db::{KeyValueError, KeyValueStore};
use crate::guest::state::GuestState;
use crate::limits::CONNECTIONS_PER_INSTANCE_MAX;

impl From<KeyValueError> for Error {
    fn from(error: KeyValueError) -> Self {
        Self::Other(error.to_string())
    }
}

impl GuestState {
    fn open_store(&mut self, label: &str) -> wasmtime::Result<Result<Resource<KeyValueStore>, Error>> {
        let Some(database) = self.component.key_value_stores.get(label) else {
            return Ok(Err(Error::NoSuchStore));
        };
        if self.connections_open >= CONNECTIONS_PER_INSTANCE_MAX {
            return Ok(Err(Error::StoreTableFull));
        }
        match KeyValueStore::open(database, &self.writes) {
            Ok(store) => {
                self.connections_open += 1;
                Ok(Ok(self.table.push(store)?))
            }
            Err(error) => Ok(Err(error.into())),
        }
    }
}

impl Host for GuestState {}

impl HostStore for GuestState {
    fn drop(&mut self, store: Resource<KeyValueStore>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        self.connections_open = self.connections_open.saturating_sub(1);
        Ok(())
    }
}

/// The store behind a handle, kept alive while a call on it runs.
fn store_of<T: Send>(
    accessor: &Accessor<T, SpinHost>,
    store: &Resource<KeyValueStore>,
) -> wasmtime::Result<KeyValueStore> {
    accessor.with(|mut access| {
        let state = access.get();
        state.busy.host_was_called();
        Ok(state.table.get(store)?.clone())
    })
}

impl<T: Send> HostStoreWithStore<T> for SpinHost {
    async fn open(
        accessor: &Accessor<T, Self>,
        label: String,
    ) -> wasmtime::Result<Result<Resource<KeyValueStore>, Error>> {
        accessor.with(|mut access| access.get().open_store(&label))
    }

    async fn get(
        accessor: &Accessor<T, Self>,
        store: Resource<KeyValueStore>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        Ok(store_of(accessor, &store)?.get(key).await.map_err(Error::from))
    }

    async fn set(
        accessor: &Accessor<T, Self>,
        store: Resource<KeyValueStore>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(store_of(accessor, &store)?.set(key, value).await.map_err(Error::from))
    }

    async fn delete(
        accessor: &Accessor<T, Self>,
        store: Resource<KeyValueStore>,
        key: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        Ok(store_of(accessor, &store)?.delete(key).await.map_err(Error::from))
    }

    async fn exists(
        accessor: &Accessor<T, Self>,
        store: Resource<KeyValueStore>,
        key: String,
    ) -> wasmtime::Result<Result<bool, Error>> {
        Ok(store_of(accessor, &store)?.exists(key).await.map_err(Error::from))
    }

    async fn get_keys(
        accessor: &Accessor<T, Self>,
        store: Resource<KeyValueStore>,
    ) -> wasmtime::Result<(StreamReader<String>, FutureReader<Result<(), Error>>)> {
        let found = store_of(accessor, &store)?.keys().await;
        let (keys, end) = match found {
            Ok(keys) => (keys, Ok(())),
            Err(error) => (Vec::new(), Err(Error::from(error))),
        };
        accessor.with(|mut access| {
            let keys = StreamReader::new(&mut access, keys)?;
            let end = FutureReader::new(&mut access, async move { wasmtime::error::Ok(end) })?;
            Ok((keys, end))
        })
    }
}
