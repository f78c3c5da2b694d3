//! What the host counts, as Prometheus reads it.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _, SharedString, Unit};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::db::DatabaseMetrics;

/// Upper bounds of the histograms' buckets, in seconds.
const BUCKETS_S: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
const STATUS_CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
static METADATA: Metadata<'static> = Metadata::new(module_path!(), Level::INFO, Some(module_path!()));

/// The metrics of one node. Nothing global, so that several nodes live in one process.
#[derive(Clone)]
pub struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
    /// Requests in the host now.
    pub in_flight: Gauge,
    /// Requests turned away because too many were in flight.
    pub overloaded: Counter,
}

/// The metrics of one component.
pub struct ComponentMetrics {
    requests: [Counter; 5],
    seconds: Histogram,
    instance_starts: Counter,
    instance_start_seconds: Histogram,
    instances: Gauge,
    traps: Counter,
    repeats: Counter,
}

impl Metrics {
    /// With the host's own metrics registered.
    pub fn new() -> anyhow::Result<Self> {
        let recorder = PrometheusBuilder::new().set_buckets(&BUCKETS_S)?.build_recorder();
        for (name, text) in DESCRIPTIONS {
            let (name, text) = (metrics::KeyName::from_const_str(name), SharedString::const_str(text));
            recorder.describe_counter(name, None::<Unit>, text);
        }
        let recorder = Arc::new(recorder);
        Ok(Self {
            handle: recorder.handle(),
            in_flight: recorder
                .register_gauge(&Key::from_static_name("edge_node_requests_in_flight"), &METADATA),
            overloaded: recorder
                .register_counter(&Key::from_static_name("edge_node_overloaded_total"), &METADATA),
            recorder,
        })
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Folds recorded times into the histograms; to be called every few seconds.
    pub fn run_upkeep(&self) {
        self.handle.run_upkeep();
    }

    /// The metrics of a component.
    pub fn component(&self, name: &str) -> ComponentMetrics {
        let label = || Label::new("component", name.to_owned());
        let counter = |metric: &'static str, labels| {
            self.recorder.register_counter(&Key::from_parts(metric, labels), &METADATA)
        };
        let histogram = |metric: &'static str| {
            self.recorder.register_histogram(&Key::from_parts(metric, vec![label()]), &METADATA)
        };
        let instances = Key::from_parts("edge_node_instances", vec![label()]);
        ComponentMetrics {
            requests: STATUS_CLASSES.map(|class| {
                counter("edge_node_requests_total", vec![label(), Label::from_static_parts("status", class)])
            }),
            seconds: histogram("edge_node_request_seconds"),
            instance_starts: counter("edge_node_instance_starts_total", vec![label()]),
            instance_start_seconds: histogram("edge_node_instance_start_seconds"),
            instances: self.recorder.register_gauge(&instances, &METADATA),
            traps: counter("edge_node_traps_total", vec![label()]),
            repeats: counter("edge_node_repeats_total", vec![label()]),
        }
    }

    /// The metrics of a database.
    pub fn database(&self, name: &str) -> DatabaseMetrics {
        let labels = || vec![Label::new("database", name.to_owned())];
        let counter = |metric: &'static str| {
            self.recorder.register_counter(&Key::from_parts(metric, labels()), &METADATA)
        };
        DatabaseMetrics {
            reads: counter("edge_node_sqlite_reads_total"),
            writes: counter("edge_node_sqlite_writes_total"),
            commits: counter("edge_node_sqlite_commits_total"),
            write_wait: self.recorder.register_histogram(
                &Key::from_parts("edge_node_sqlite_write_wait_seconds", labels()),
                &METADATA,
            ),
        }
    }
}

const DESCRIPTIONS: [(&str, &str); 6] = [
    ("edge_node_requests_total", "Requests answered, by component and class of status"),
    ("edge_node_instance_starts_total", "Instances started"),
    ("edge_node_traps_total", "Instances that ended by a trap or a limit"),
    ("edge_node_repeats_total", "Requests sent again because their instance ended"),
    ("edge_node_overloaded_total", "Requests answered 503 because too many were in flight"),
    ("edge_node_sqlite_commits_total", "Transactions that reached the disk"),
];

impl ComponentMetrics {
    /// A request was answered.
    pub fn answered(&self, status: StatusCode, after: Duration) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        if let Some(counter) = self.requests.get(class) {
            counter.increment(1);
        }
        self.seconds.record(after);
    }

    /// An instance is there after this long.
    pub fn instance_started(&self, after: Duration) {
        self.instance_starts.increment(1);
        self.instance_start_seconds.record(after);
        self.instances.increment(1.0);
    }

    /// An instance is gone.
    pub fn instance_ended(&self, trapped: bool) {
        self.instances.decrement(1.0);
        if trapped {
            self.traps.increment(1);
        }
    }

    /// A request is sent again.
    pub fn request_repeated(&self) {
        self.repeats.increment(1);
    }
}
