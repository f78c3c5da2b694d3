//! `spin:sqlite`: connections to the databases that the manifest gives to the component.

use wasmtime::component::{Accessor, FutureReader, Resource, StreamReader};

use super::SpinHost;
use super::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::db::{CallMode, Connection};
use crate::guest::state::GuestState;
use crate::limits::CONNECTIONS_PER_INSTANCE_MAX;

type Rows = (Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>);

impl GuestState {
    fn open_database(&mut self, name: &str) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        let Some(database) = self.component.databases.get(name) else {
            return Ok(Err(if self.component.database_names.contains(name) {
                Error::AccessDenied
            } else {
                Error::NoSuchDatabase
            }));
        };
        if self.connections_open >= CONNECTIONS_PER_INSTANCE_MAX {
            return Ok(Err(Error::Io(format!(
                "more than {CONNECTIONS_PER_INSTANCE_MAX} connections are open"
            ))));
        }
        match database.connect(&self.writes) {
            Ok(connection) => {
                self.connections_open += 1;
                Ok(Ok(self.table.push(connection)?))
            }
            Err(error) => Ok(Err(error)),
        }
    }
}

impl Host for GuestState {}

impl HostConnection for GuestState {
    fn open(&mut self, database: String) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        self.open_database(&database)
    }

    async fn execute(
        &mut self,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<QueryResult, Error>> {
        self.busy.host_was_called();
        let connection = self.table.get(&connection)?;
        Ok(connection.execute(statement, parameters, CallMode::Blocking).await)
    }

    fn last_insert_rowid(&mut self, connection: Resource<Connection>) -> wasmtime::Result<i64> {
        Ok(self.table.get(&connection)?.last_insert_rowid())
    }

    fn changes(&mut self, connection: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self.table.get(&connection)?.changes())
    }

    fn drop(&mut self, connection: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        self.connections_open = self.connections_open.saturating_sub(1);
        Ok(())
    }
}

impl<T: Send> HostConnectionWithStore<T> for SpinHost {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        database: String,
    ) -> wasmtime::Result<Result<Resource<Connection>, Error>> {
        accessor.with(|mut access| access.get().open_database(&database))
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<Rows, Error>> {
        let execution = accessor.with(|mut access| {
            let state = access.get();
            state.busy.host_was_called();
            let connection = state.table.get(&connection)?;
            wasmtime::error::Ok(connection.execute(statement, parameters, CallMode::Concurrent))
        })?;
        let result = match execution.await {
            Ok(result) => result,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, result.rows)?;
            let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) })?;
            Ok(Ok((result.columns, rows, end)))
        })
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        accessor.with(|mut access| access.get().last_insert_rowid(connection))
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        connection: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        accessor.with(|mut access| access.get().changes(connection))
    }
}
