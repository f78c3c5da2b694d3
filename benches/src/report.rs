//! Prints figures beside what they aim at.

use anyhow::{Context, Result};

use crate::load::Measured;

const MIB: f64 = 1024.0 * 1024.0;

/// Prints each figure as it is known.
#[derive(Default)]
pub struct Report {
    section: String,
}

impl Report {
    /// Starts a section.
    pub fn section(&mut self, name: &str) {
        name.clone_into(&mut self.section);
        println!("\n{name}");
    }

    /// A figure, and what it should be.
    pub fn line(&self, name: &str, value: &str, aim: &str) {
        let aim = if aim.is_empty() { String::new() } else { format!("(aim: {aim})") };
        println!("  {name:<44} {value:>26}  {aim}");
    }

    /// Throughput and latency of a saturated server.
    pub fn throughput(&self, name: &str, measured: &Measured, aim: &str) {
        let value = format!("{:.0}/s, p99 {:.2} ms", measured.rate(), measured.ms(0.99));
        self.line(name, &value, aim);
    }

    /// Throughput with the middle and the end of the latencies.
    pub fn throughput_both(&self, name: &str, measured: &Measured) {
        let value =
            format!("{:.1}/s, p50 {:.0}, p99 {:.0} ms", measured.rate(), measured.ms(0.5), measured.ms(0.99));
        self.line(name, &value, "");
    }

    /// Latency at a fixed rate or of single calls.
    pub fn latency(&self, name: &str, measured: &Measured, aim: &str) {
        let value = format!("p50 {:.3} ms, p99 {:.3} ms", measured.ms(0.5), measured.ms(0.99));
        self.line(name, &value, aim);
    }

    /// Mean time that the host at `url` took to start an instance of `component`.
    pub async fn instance_starts(&self, url: &str, component: &str) -> Result<()> {
        let metrics = reqwest::get(format!("{url}/metrics")).await?.text().await?;
        let figure = |part: &str| -> Result<f64> {
            let name = format!("edge_node_instance_start_seconds_{part}{{component=\"{component}\"}} ");
            let value = metrics.lines().find_map(|line| line.strip_prefix(&name));
            Ok(value.with_context(|| format!("no metric {name}"))?.parse()?)
        };
        let (sum, count) = (figure("sum")?, figure("count")?);
        let value = format!("{:.0} µs, mean of {count}", sum / count * 1e6);
        self.line(&format!("instance start, {component}"), &value, "");
        Ok(())
    }

    /// Resident memory.
    #[allow(clippy::cast_precision_loss)]
    pub fn memory(&self, name: &str, bytes: u64, aim_mib: u32) {
        self.line(name, &format!("{:.0} MB resident", bytes as f64 / MIB), &format!("under {aim_mib} MB"));
    }
}
