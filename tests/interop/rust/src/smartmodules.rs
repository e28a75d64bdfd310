// SPDX-License-Identifier: Apache-2.0

//! SmartModules: in the store of the server, and in what it sends and stores.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{bail, Context, Result};
use clap::Args;
use fluvio::consumer::{
    ConsumerConfigExtBuilder, SmartModuleContextData, SmartModuleExtraParams,
    SmartModuleInvocation, SmartModuleInvocationWasm, SmartModuleKind,
};
use fluvio::metadata::smartmodule::{SmartModuleSpec, SmartModuleWasm};
use fluvio::{Fluvio, Offset};
use fluvio_smartmodule::dataplane::smartmodule::Lookback;
use futures_util::future::{select, Either};
use futures_util::StreamExt;

use crate::consume::{parse_start, TimeLimit};

/// `name:NAME` or `file:PATH`, then `,PARAMETER=VALUE` as often as needed. The parameters
/// `lookback-last`, `lookback-age` (seconds) and `accumulator` are not handed to the module.
pub fn parse_module(text: &str) -> Result<SmartModuleInvocation> {
    let mut words = text.split(',');
    let module = words.next().unwrap_or_default();
    let wasm = match module.split_once(':') {
        Some(("name", name)) => SmartModuleInvocationWasm::Predefined(name.to_owned()),
        Some(("file", path)) => {
            let bytes = std::fs::read(path).with_context(|| format!("reading {path}"))?;
            SmartModuleInvocationWasm::adhoc_from_bytes(&bytes)?
        }
        _ => bail!("`{module}` is neither name:NAME nor file:PATH"),
    };
    let mut params = BTreeMap::new();
    for word in words {
        let (name, value) = word.split_once('=').context("a parameter is NAME=VALUE")?;
        params.insert(name.to_owned(), value.to_owned());
    }
    let last = params.remove("lookback-last");
    let age = params.remove("lookback-age");
    let lookback = match (&last, &age) {
        (None, None) => None,
        _ => Some(Lookback {
            last: last.map_or(Ok(0), |it| it.parse())?,
            age: age
                .map(|it| it.parse().map(Duration::from_secs))
                .transpose()?,
        }),
    };
    let context = match params.remove("accumulator") {
        None => SmartModuleContextData::None,
        Some(text) => SmartModuleContextData::Aggregate {
            accumulator: text.into_bytes(),
        },
    };
    Ok(SmartModuleInvocation {
        wasm,
        kind: SmartModuleKind::Generic(context),
        params: SmartModuleExtraParams::new(params, lookback),
        name: None,
    })
}

#[derive(Args)]
pub struct SmartModuleCreate {
    name: String,
    path: String,
}

impl SmartModuleCreate {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let bytes = std::fs::read(&self.path).with_context(|| format!("reading {}", self.path))?;
        // The payload is gzipped, as in an invocation.
        let SmartModuleInvocationWasm::AdHoc(gzipped) =
            SmartModuleInvocationWasm::adhoc_from_bytes(&bytes)?
        else {
            bail!("not an ad-hoc module");
        };
        let spec = SmartModuleSpec {
            wasm: SmartModuleWasm::from_compressed_gzip(gzipped),
            ..Default::default()
        };
        fluvio
            .admin()
            .await
            .create(self.name.clone(), false, spec)
            .await?;
        println!("created={}", self.name);
        Ok(())
    }
}

#[derive(Args)]
pub struct SmartModuleDelete {
    name: String,
}

impl SmartModuleDelete {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        fluvio
            .admin()
            .await
            .delete::<SmartModuleSpec>(self.name.clone())
            .await?;
        println!("deleted={}", self.name);
        Ok(())
    }
}

#[derive(Args)]
pub struct Process {
    topic: String,
    /// See `parse_module`; several make a chain.
    #[arg(long = "module", value_parser = parse_module)]
    modules: Vec<SmartModuleInvocation>,
    #[arg(long, default_value = "beginning", value_parser = parse_start)]
    start: Offset,
    /// So many records; without it all up to what is the end at the start.
    #[arg(long)]
    count: Option<u64>,
    #[arg(long)]
    max_bytes: Option<i32>,
    /// Limit in seconds.
    #[arg(long, default_value_t = 60)]
    timeout: u64,
}

impl Process {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let mut builder = ConsumerConfigExtBuilder::default();
        builder
            .topic(self.topic.clone())
            .partition(0)
            .offset_start(self.start.clone())
            .smartmodule(self.modules.clone());
        if self.count.is_none() {
            builder.disable_continuous(true);
        }
        if let Some(max_bytes) = self.max_bytes {
            builder.max_bytes(max_bytes);
        }
        let mut stream = fluvio.consumer_with_config(builder.build()?).await?;
        let mut timer = Box::pin(fluvio_future::timer::sleep(Duration::from_secs(
            self.timeout,
        )));
        let mut records = 0;
        let mut timed = 0;
        while self.count.is_none_or(|count| records < count) {
            let next = match select(stream.next(), &mut timer).await {
                Either::Left((next, _)) => next,
                Either::Right(_) => return Err(TimeLimit("the records".into()).into()),
            };
            let Some(record) = next else { break };
            let record = record?;
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            println!(
                "{} {} {}",
                record.offset(),
                record.key().map_or("-".into(), text),
                text(record.value())
            );
            records += 1;
            timed += u64::from(record.timestamp() > 0);
        }
        println!("records={records}");
        println!("timed={timed}");
        Ok(())
    }
}
