//! Every cap of the host, by name. Those that operations change are fields of [`Limits`]; the others are constants.

use std::time::Duration;

/// Largest linear memory of a guest, in bytes.
pub const GUEST_MEMORY_BYTES_MAX: usize = 128 << 20;
/// Requests that one instance serves before it is replaced. Spin's 128 would make every second of a busy shop build
/// routers, load models and fill caches anew; what a guest leaks in these is small beside its memory cap.
pub const INSTANCE_REQUESTS_MAX: usize = 1_024;
/// Requests that one instance serves at once (as in Spin).
pub const INSTANCE_CONCURRENT_REQUESTS_MAX: usize = 16;
/// How long an instance without work is kept.
pub const INSTANCE_IDLE_MS_MAX: u64 = 10_000;
/// Instances of one component per processor. More would not compute sooner, but each has a memory of its own.
pub const INSTANCES_PER_CPU_MAX: usize = 6;
/// Instances alive at once over all components: the slots of the pooling allocator.
pub const INSTANCES_MAX: u32 = 512;
/// Bytes of a linear memory that stay resident between two users of its slot: zeroing them is cheaper than page faults.
pub const MEMORY_KEEP_RESIDENT_BYTES: usize = 2 << 20;
/// Slots of the pooling allocator that stay warm without a user. Keeps an idle host small.
pub const WARM_SLOTS_MAX: u32 = 16;
/// Period of the one epoch ticker: how often a busy guest yields its thread.
pub const EPOCH_TICK_MS: u64 = 10;
/// Bytes of headers that a guest may build in one `fields` resource.
pub const GUEST_FIELDS_BYTES_MAX: usize = 128 << 10;
/// Requests that may be chained from component to component.
pub const CHAIN_DEPTH_MAX: u32 = 8;
/// Bytes of one line of guest output that reach the log.
pub const GUEST_LOG_LINE_BYTES_MAX: usize = 4_096;

/// Rows that one SQL statement may return.
pub const SQL_ROWS_MAX: usize = 50_000;
/// Bytes that one SQL statement may return.
pub const SQL_RESULT_BYTES_MAX: usize = 16 << 20;
/// Length of one SQL statement, in bytes.
pub const SQL_STATEMENT_BYTES_MAX: usize = 256 << 10;
/// How long one SQL statement may run.
pub const SQL_STATEMENT_MS_MAX: u64 = 2_000;
/// How long a writer waits for the writers before it.
pub const WRITE_WAIT_MS_MAX: u64 = 5_000;
/// Writers that may wait for one database.
pub const WRITERS_WAITING_MAX: usize = 1_024;
/// Open connections that a guest instance may hold.
pub const CONNECTIONS_PER_INSTANCE_MAX: usize = 256;
/// Idle connections kept per database.
pub const IDLE_CONNECTIONS_MAX: usize = 16;
/// Prepared statements kept per connection.
pub const STATEMENT_CACHE_LEN_MAX: usize = 128;
/// Bytes of a value in a key-value store.
pub const KEY_VALUE_BYTES_MAX: usize = 1 << 20;
/// Bytes of a key in a key-value store.
pub const KEY_BYTES_MAX: usize = 256;
/// Keys that `get-keys` may list.
pub const KEYS_MAX: usize = 10_000;

/// Bytes of a request body that are read before the guest is called.
pub const SMALL_BODY_BYTES_MAX: u64 = 64 << 10;

/// How long an outbound connection may take to open.
pub const CONNECT_MS_MAX: u64 = 2_000;
/// How long an outbound response may take to begin.
pub const FIRST_BYTE_MS_MAX: u64 = 8_000;
/// How long an outbound response may pause between two reads.
pub const BETWEEN_BYTES_MS_MAX: u64 = 5_000;
/// How long an outbound exchange may take in all.
pub const OUTBOUND_TOTAL_MS_MAX: u64 = 30_000;
/// Idle outbound connections kept per host.
pub const OUTBOUND_IDLE_PER_HOST_MAX: usize = 32;

/// How long a client may take to send the head of a request.
pub const HEADER_READ_MS_MAX: u64 = 10_000;
/// Client connections at once; further ones wait in the listen queue.
pub const CLIENT_CONNECTIONS_MAX: usize = 10_000;
/// How long the head of a response waits for its body.
pub const GATHER_MS_MAX: u64 = 2;
/// Bytes of a body for which the head waits.
pub const GATHER_BYTES_MAX: usize = 64 << 10;
/// Length of a request id that is taken over from the client, in bytes.
pub const REQUEST_ID_BYTES_MAX: usize = 64;
/// Seconds that an overloaded host asks a client to wait.
pub const OVERLOAD_RETRY_AFTER_S: u64 = 1;
/// Longest pause of the ticker between two failing ticks.
pub const TICK_BACKOFF_MS_MAX: u64 = 30_000;

/// Limits that operations may change.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long a request may take until its response begins, in milliseconds.
    pub request_ms_max: u64,
    /// How long a guest may compute without a pause, in milliseconds; beyond it the instance is stopped.
    pub guest_busy_ms_max: u64,
    /// Requests in the host at once; further ones are answered 503.
    pub requests_in_flight_max: usize,
    /// Bytes of a request body; larger ones are answered 413.
    pub request_body_bytes_max: u64,
    /// How long a stopping host waits for requests in flight, in milliseconds.
    pub drain_ms_max: u64,
    /// Requests that one instance serves before it is replaced; with 1 nothing outlives a request.
    pub instance_requests_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_ms_max: 10_000,
            guest_busy_ms_max: 3_000,
            requests_in_flight_max: 512,
            request_body_bytes_max: 4 << 20,
            drain_ms_max: 10_000,
            instance_requests_max: INSTANCE_REQUESTS_MAX,
        }
    }
}

impl Limits {
    /// The request deadline as a duration.
    pub fn request(&self) -> Duration {
        Duration::from_millis(self.request_ms_max)
    }

    /// The time for draining as a duration.
    pub fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms_max)
    }
}
