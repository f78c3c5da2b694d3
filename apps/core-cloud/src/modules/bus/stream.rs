//! A stream of NATS JetStream, with a durable pull consumer for each consumer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{Config, RawMessageErrorKind, StorageType};
use async_nats::jetstream::{self, AckKind, Message};
use futures::StreamExt;
use futures::future::join_all;

use super::dispatch::waves;
use super::source::{BATCH_FACTS_MAX, Delivery};
use crate::config::NatsConfig;
use crate::error::Error;

/// How long the broker may take, in milliseconds.
const TIMEOUT_MS_MAX: u64 = 5_000;
/// How long the broker itself knows that it was told a fact before, in seconds.
const DUPLICATES_S: u64 = 600;
/// Wait before facts that came too early come again, in milliseconds.
const EARLY_MS: u64 = 50;
/// Facts that are delivered and not answered, at most.
const UNANSWERED_MAX: i64 = 4 * BATCH_FACTS_MAX;
/// Facts that are forgotten at once.
const PRUNED_AT_ONCE: u64 = 1_000;
/// As [`PublishMessage::message_id`] writes it.
const ID: &str = "Nats-Msg-Id";
const TOPIC: &str = "Kiosk-Topic";
const WRITTEN: &str = "Kiosk-Written-Ms";

/// The stream.
#[derive(Clone, Debug)]
pub struct Stream {
    context: jetstream::Context,
    stream: Arc<jetstream::stream::Stream>,
    ack_wait: Duration,
    subject: String,
    name: String,
    consumers: HashMap<String, PullConsumer>,
}

/// What became of facts that the broker was told.
pub struct Published {
    /// Places of those that it keeps.
    pub taken: Vec<usize>,
    /// The highest number among them.
    pub head: i64,
    /// Why others were not taken.
    pub result: Result<(), Error>,
}

impl Stream {
    /// Opens the stream, which is made when it is not there.
    ///
    /// # Errors
    /// When the broker cannot be reached, or refuses.
    pub async fn open(config: &NatsConfig) -> Result<Self, Error> {
        let timeout = Duration::from_millis(TIMEOUT_MS_MAX);
        let servers: Vec<&str> = config.url.split(',').map(str::trim).collect();
        let options = async_nats::ConnectOptions::new()
            .name("kiosk core")
            .connection_timeout(timeout)
            .request_timeout(Some(timeout));
        let client = options.connect(servers).await.map_err(broker)?;
        let mut context = jetstream::new(client);
        context.set_timeout(timeout);
        let wanted = Config {
            name: config.stream.clone(),
            subjects: vec![format!("{}.>", config.stream)],
            storage: StorageType::File,
            duplicate_window: Duration::from_secs(DUPLICATES_S),
            ..Config::default()
        };
        let stream = context.get_or_create_stream(wanted).await.map_err(broker)?;
        // Numbers begin anew in a stream that was made anew, so its birth belongs to its name.
        let name = format!("{}@{}", config.stream, stream.cached_info().created.unix_timestamp_nanos());
        Ok(Self {
            context,
            stream: Arc::new(stream),
            ack_wait: Duration::from_millis(config.ack_wait_ms),
            subject: format!("{}.facts", config.stream),
            name,
            consumers: HashMap::new(),
        })
    }

    /// Its name among the cursors.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number before its first fact, and the last number.
    pub fn bounds(&self) -> (i64, i64) {
        let state = &self.stream.cached_info().state;
        (to_i64(state.first_sequence.saturating_sub(1)), to_i64(state.last_sequence))
    }

    /// Makes the broker remember what it delivers to a consumer that has read up to `cursor`. When it holds more for read
    /// than that, the core's database was set back: the broker begins again behind the cursor.
    ///
    /// # Errors
    /// When the broker refuses.
    pub async fn follow(&mut self, consumer: &str, cursor: i64) -> Result<(), Error> {
        let config = pull::Config {
            durable_name: Some(consumer.to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: self.ack_wait,
            max_ack_pending: UNANSWERED_MAX,
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: to_u64(cursor) + 1 },
            ..pull::Config::default()
        };
        let known = self.stream.get_or_create_consumer(consumer, config.clone()).await.map_err(broker)?;
        let answered = to_i64(known.cached_info().ack_floor.stream_sequence);
        let known = if answered > cursor {
            tracing::warn!(consumer, cursor, answered, "the broker begins again behind the cursor");
            self.stream.delete_consumer(consumer).await.map_err(broker)?;
            self.stream.create_consumer(config).await.map_err(broker)?
        } else {
            known
        };
        self.consumers.insert(consumer.to_owned(), known);
        Ok(())
    }

    /// Tells the broker facts and waits until it has stored them. Those of a key are told one after the other.
    pub async fn publish(&self, facts: &[Delivery]) -> Published {
        let mut published = Published { taken: Vec::with_capacity(facts.len()), head: 0, result: Ok(()) };
        for wave in waves(facts) {
            let stored = wave.iter().map(|place| self.publish_one(&facts[*place]));
            for (place, stored) in wave.iter().zip(join_all(stored).await) {
                match stored {
                    Ok(number) => {
                        published.taken.push(*place);
                        published.head = published.head.max(number);
                    }
                    Err(error) => published.result = Err(error),
                }
            }
            if published.result.is_err() {
                break;
            }
        }
        published
    }

    async fn publish_one(&self, fact: &Delivery) -> Result<i64, Error> {
        let message = PublishMessage::build()
            .message_id(&fact.id)
            .header(TOPIC, &*fact.topic)
            .header(WRITTEN, fact.written_ms.to_string())
            .payload(fact.body.clone().into());
        let stored = match self.context.send_publish(self.subject.clone(), message).await {
            Ok(stored) => stored.await,
            Err(error) => Err(error),
        };
        match stored {
            Ok(ack) => Ok(to_i64(ack.sequence)),
            Err(error) if error.kind() == PublishErrorKind::StreamNotFound => {
                Err(Error::Broker("the stream is gone".to_owned()))
            }
            Err(error) => Err(broker(error)),
        }
    }

    /// What the broker has for a consumer, in order.
    ///
    /// # Errors
    /// When the broker is away.
    pub async fn fetch(&self, consumer: &str) -> Result<Vec<Delivery>, Error> {
        let Some(pull) = self.consumers.get(consumer) else { return Ok(Vec::new()) };
        let fetched = tokio::time::timeout(Duration::from_millis(TIMEOUT_MS_MAX), async {
            let batch = usize::try_from(BATCH_FACTS_MAX).unwrap_or(1);
            let mut messages = pull.fetch().max_messages(batch).messages().await.map_err(broker)?;
            let mut deliveries = Vec::new();
            while let Some(message) = messages.next().await {
                deliveries.push(read(message.map_err(broker)?)?);
            }
            Ok::<_, Error>(deliveries)
        });
        let mut deliveries = fetched.await.map_err(broker)??;
        deliveries.sort_by_key(|fact| fact.number);
        Ok(deliveries)
    }

    /// How many numbers between `after` and `next` it does not have, counted from the first.
    ///
    /// # Errors
    /// When the broker is away.
    pub async fn count_missing(&self, after: i64, next: i64) -> Result<i64, Error> {
        for number in after + 1..next {
            match self.stream.get_raw_message(to_u64(number)).await {
                Ok(_) => return Ok(number - after - 1),
                Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => {}
                Err(error) => return Err(broker(error)),
            }
        }
        Ok(next - after - 1)
    }

    /// Forgets facts up to a number that were stored before then.
    ///
    /// # Errors
    /// When the broker is away.
    pub async fn prune(&self, through: i64, before_ms: i64) -> Result<(), Error> {
        loop {
            let state = self.stream.get_info().await.map_err(broker)?.state;
            let last = to_u64(through).min(state.first_sequence + PRUNED_AT_ONCE - 1);
            if state.messages == 0 || last < state.first_sequence {
                return Ok(());
            }
            let stored = self.stream.get_raw_message(last).await.map_err(broker)?;
            let written_ms = stored.headers.get(WRITTEN).and_then(|text| text.as_str().parse::<i64>().ok());
            if written_ms.unwrap_or(0) >= before_ms {
                return Ok(());
            }
            self.stream.purge().sequence(last + 1).await.map_err(broker)?;
        }
    }
}

/// Tells the broker that facts are read up to `through`. The others came too early and are asked for again.
pub async fn settle(deliveries: &[Delivery], through: i64) {
    for fact in deliveries {
        let kind = if fact.number <= through {
            AckKind::Ack
        } else {
            AckKind::Nak(Some(Duration::from_millis(EARLY_MS)))
        };
        answer(fact.message.as_ref(), kind).await;
    }
}

/// Tells the broker that facts are being worked on.
pub async fn hold(deliveries: &[Delivery]) {
    for fact in deliveries {
        answer(fact.message.as_ref(), AckKind::Progress).await;
    }
}

/// An answer that is lost makes the broker deliver again, and the number tells.
async fn answer(message: Option<&Message>, kind: AckKind) {
    if let Some(message) = message
        && let Err(error) = message.ack_with(kind).await
    {
        tracing::debug!(error, "the broker could not be answered");
    }
}

/// A message that is no fact of this core is read as one that nobody can apply: it shows among the dead letters.
fn read(message: Message) -> Result<Delivery, Error> {
    let number = to_i64(message.info().map_err(broker)?.stream_sequence);
    let header = |name: &str| {
        let value = message.headers.as_ref().and_then(|headers| headers.get(name));
        value.map(|value| value.as_str().to_owned())
    };
    let id = header(ID).unwrap_or_else(|| format!("message-{number}"));
    Ok(Delivery {
        number,
        topic: header(TOPIC).unwrap_or_else(|| id.clone()),
        id,
        written_ms: header(WRITTEN).and_then(|text| text.parse().ok()).unwrap_or(0),
        body: String::from_utf8_lossy(&message.payload).into_owned(),
        message: Some(message),
    })
}

fn broker(error: impl std::fmt::Display) -> Error {
    Error::Broker(error.to_string())
}

fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn to_u64(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
