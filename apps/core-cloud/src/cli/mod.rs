//! The command line.

mod import;
mod payments;

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Parser, Subcommand, ValueEnum};
use core_cloud::app::{App, Services};
use core_cloud::clock::Clock;
use core_cloud::config::{
    ACK_WAIT_MS, Config, FRAUD_MODEL_DEFAULT, LEASE_TTL_S_DEFAULT, MailConfig, NatsConfig, PaymentsConfig,
    Pops, Secret,
};
use core_cloud::db::Db;
use core_cloud::media::files::Files;
use kiosk_ids::PopId;
use kiosk_password::Password;
use tracing_subscriber::EnvFilter;

/// The core of a Kiosk shop: catalogue, stock, orders, and the sync with the POPs that sell.
#[derive(Parser)]
#[command(version)]
pub struct Cli {
    /// Folder of the database file and the pictures.
    #[arg(long, global = true, env = "KIOSK_CORE_DATA", default_value = "data/core")]
    data_dir: PathBuf,
    /// A store for pictures and documents instead of the folder: `s3://bucket/prefix`, with the usual `AWS_…` variables.
    #[arg(long, global = true, env = "KIOSK_MEDIA_URL")]
    media_url: Option<String>,
    /// A PostgreSQL database instead of the file, `postgres://…`.
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// How logs are written to standard error.
    #[arg(long, global = true, env = "KIOSK_LOG_FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

/// How logs are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Serves POPs, the API and the operator pages.
    Serve(Box<Serve>),
    /// Imports the demo catalogue. The second time it changes nothing.
    Seed(import::Output),
    /// Imports a catalogue. Rows that cannot be taken are reported; importing twice changes nothing.
    Import(import::Import),
    /// Makes an owner, who may do everything in the admins' panel and invites the others. Does nothing when somebody has
    /// the address already.
    Owner {
        /// E-mail address.
        email: String,
        /// Full name.
        #[arg(long, default_value = "Owner")]
        name: String,
        /// Password; read from the environment, so that no list of processes shows it.
        #[arg(long, env = "KIOSK_OWNER_PASSWORD", hide_env_values = true)]
        password: String,
    },
    /// Imports a statement of the shop's bank account (CAMT.053). The second time it changes nothing.
    Statement {
        /// The file.
        file: PathBuf,
    },
    /// Lists POPs, or takes back what a lost one holds.
    Pop {
        #[command(subcommand)]
        command: PopCommand,
    },
}

#[derive(Args)]
struct Serve {
    /// Address to listen on.
    #[arg(long, env = "KIOSK_CORE_LISTEN", default_value = "127.0.0.1:8000")]
    listen: String,
    /// POPs that may sync: `id:region:key`, separated by commas.
    #[arg(long, env = "KIOSK_POPS", hide_env_values = true, default_value = "")]
    pops: String,
    /// What operators show, at least 16 bytes.
    #[arg(long, env = "KIOSK_OPERATOR_KEY", hide_env_values = true)]
    operator_key: String,
    /// Where admins and vendors reach the core; links of mails lead there.
    #[arg(long, env = "KIOSK_CORE_URL", default_value = "http://127.0.0.1:8000")]
    public_url: String,
    /// The mail provider's API (Postmark's).
    #[arg(long, env = "KIOSK_MAIL_URL", default_value = "http://127.0.0.1:8010")]
    mail_url: String,
    /// The mail provider's key.
    #[arg(long, env = "KIOSK_MAIL_TOKEN", hide_env_values = true, default_value = "sandbox")]
    mail_token: String,
    /// Sender of mails.
    #[arg(long, env = "KIOSK_MAIL_FROM", default_value = "Kiosk <core@kiosk.example>")]
    mail_from: String,
    /// The fraud model that decides until an owner says otherwise, as `fraud_model` of the POPs.
    #[arg(long, env = "KIOSK_FRAUD_MODEL", default_value = FRAUD_MODEL_DEFAULT)]
    fraud_model: String,
    #[command(flatten)]
    payments: payments::Providers,
    /// NATS with JetStream for the event bus: `nats://host:4222`. Without it the bus is in the database.
    #[arg(long, env = "NATS_URL", hide_env_values = true)]
    nats_url: Option<String>,
    /// The stream of the event bus; made with file storage when it is not there.
    #[arg(long, env = "KIOSK_NATS_STREAM", default_value = "KIOSK")]
    nats_stream: String,
    /// How long a POP's leases run without contact, in seconds.
    #[arg(long, env = "KIOSK_LEASE_TTL_S", default_value_t = LEASE_TTL_S_DEFAULT, value_parser = clap::value_parser!(u32).range(60..=2_592_000))]
    lease_ttl_s: u32,
}

#[derive(Subcommand)]
enum PopCommand {
    /// Lists POPs with their databases.
    List,
    /// Takes back what a lost POP holds, once its leases have lapsed, and fences it off.
    WriteOff {
        /// The POP.
        pop: String,
        /// One database of it; else all whose leases have lapsed.
        #[arg(long)]
        incarnation: Option<String>,
    },
}

/// Starts the logs; `RUST_LOG` says which.
pub fn init_logs(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    match format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
}

impl Cli {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        let db = Db::open(&self.data_dir, self.database_url.as_deref())
            .await
            .context("cannot open the database")?;
        let done = self.run_on(&db).await;
        db.close().await;
        done
    }

    async fn run_on(self, db: &Db) -> anyhow::Result<()> {
        match self.command {
            Command::Serve(ref serve) => {
                let config = Config {
                    pops: Pops::parse(&serve.pops)?,
                    operator_key: Secret::new(&serve.operator_key).context("KIOSK_OPERATOR_KEY")?,
                    lease_ttl_s: serve.lease_ttl_s,
                    public_url: serve.public_url.trim_end_matches('/').to_owned(),
                    mail: MailConfig {
                        url: serve.mail_url.trim_end_matches('/').to_owned(),
                        token: serve.mail_token.clone(),
                        from: serve.mail_from.clone(),
                    },
                    fraud_model: serve.fraud_model.clone(),
                    payments: serve.payments.config()?,
                    nats: serve.nats_url.as_ref().map(|url| NatsConfig {
                        url: url.clone(),
                        stream: serve.nats_stream.clone(),
                        ack_wait_ms: ACK_WAIT_MS,
                    }),
                    ..self.offline_config()?
                };
                let app = App::new(db, &config, &Clock::System).await?;
                core_cloud::server::serve(app, &serve.listen).await
            }
            Command::Seed(ref output) => import::seed(&self.services(db)?, output).await,
            Command::Import(ref import) => import.run(&self.services(db)?).await,
            Command::Owner { ref email, ref name, ref password } => {
                let password = Password::new(password.clone());
                let made = self.services(db)?.members.ensure_owner(email, name, password).await;
                println!("{}", if made? { "made" } else { "there already" });
                Ok(())
            }
            Command::Statement { ref file } => payments::import_statement(&self.services(db)?, file).await,
            Command::Pop { command: PopCommand::List } => list_pops(&self.services(db)?).await,
            Command::Pop { command: PopCommand::WriteOff { ref pop, ref incarnation } } => {
                write_off(&self.services(db)?, pop, incarnation.as_deref()).await
            }
        }
    }

    /// For commands that serve nobody: no POPs, and a key that nobody knows.
    fn offline_config(&self) -> anyhow::Result<Config> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        Ok(Config {
            data_dir: self.data_dir.clone(),
            files: Files::open(&self.data_dir, self.media_url.as_deref()).context("KIOSK_MEDIA_URL")?,
            database_url: self.database_url.clone(),
            pops: Pops::default(),
            operator_key: Secret::new(&hex::encode(random))?,
            lease_ttl_s: LEASE_TTL_S_DEFAULT,
            public_url: String::new(),
            mail: MailConfig { url: String::new(), token: String::new(), from: String::new() },
            fraud_model: FRAUD_MODEL_DEFAULT.to_owned(),
            payments: PaymentsConfig::default(),
            nats: None,
        })
    }

    fn services(&self, db: &Db) -> anyhow::Result<Services> {
        Ok(Services::new(db, &self.offline_config()?, &Clock::System))
    }
}

async fn list_pops(services: &Services) -> anyhow::Result<()> {
    let time =
        |ms: i64| jiff::Timestamp::from_millisecond(ms).map(|time| time.to_string()).unwrap_or_default();
    for pop in services.sync.list_pops().await? {
        println!("{} ({})", pop.pop, pop.region);
        for known in &pop.incarnations {
            let written_off = known.written_off_ms.map(|ms| format!(", written off {}", time(ms)));
            println!(
                "  {}: last seen {}, events {} of {}, leases until {}{}",
                known.incarnation,
                time(known.last_seen_ms),
                known.applied_through,
                known.last_seq,
                time(known.lease_expires_ms),
                written_off.unwrap_or_default()
            );
        }
    }
    Ok(())
}

async fn write_off(services: &Services, pop: &str, incarnation: Option<&str>) -> anyhow::Result<()> {
    let pop = PopId::parse(pop)?;
    for done in services.sync.write_off(&pop, incarnation).await? {
        println!("{pop} {}: {} units of {} items taken back", done.incarnation, done.units, done.items);
    }
    Ok(())
}
