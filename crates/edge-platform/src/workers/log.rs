//! The log: `tracing` events as lines of the Worker's console.

use std::io::{self, Write};

use tracing_subscriber::fmt;

/// One event: written in parts, told at once when it is whole.
#[derive(Default)]
struct ConsoleLine(Vec<u8>);

impl Write for ConsoleLine {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(part);
        Ok(part.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for ConsoleLine {
    fn drop(&mut self) {
        worker::console_log!("{}", String::from_utf8_lossy(&self.0).trim_end());
    }
}

/// Sends the isolate's log to its console.
pub(super) fn to_console() {
    let log = fmt().with_writer(ConsoleLine::default).with_ansi(false).without_time();
    // An isolate calls this once for each app; later calls find the first one's log in place.
    let _ = log.with_max_level(tracing::Level::INFO).try_init();
}
