// SPDX-License-Identifier: Apache-2.0

//! Sends records whose content follows from their number.

use std::io::Write;

use anyhow::{Context, Result};
use clap::Args;
use fluvio::consumer::SmartModuleInvocation;
use fluvio::{Fluvio, ProduceOutput, RecordKey, TopicProducerConfigBuilder};

use crate::content::{self, KeyPartitions};
use crate::smartmodules::parse_module;

#[derive(Args, Clone)]
pub struct Records {
    #[arg(long)]
    pub count: u64,
    #[arg(long, default_value_t = 32)]
    pub size: usize,
    /// Number of the first record.
    #[arg(long, default_value_t = 0)]
    pub first: u64,
}

impl Records {
    pub fn run(&self) -> Result<()> {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        for index in self.first..self.first + self.count {
            out.write_all(&content::value(index, self.size))?;
            out.write_all(b"\n")?;
        }
        Ok(out.flush()?)
    }
}

#[derive(Args)]
pub struct Produce {
    topic: String,
    #[command(flatten)]
    records: Records,
    /// none, gzip, snappy, lz4 or zstd; without it the topic's own.
    #[arg(long)]
    codec: Option<String>,
    /// Give record i the key `key-<i mod K>`.
    #[arg(long)]
    key_mod: Option<u64>,
    /// SmartModules that the server runs before it stores: see `parse_module`.
    #[arg(long = "module", value_parser = parse_module)]
    modules: Vec<SmartModuleInvocation>,
}

impl Produce {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let mut builder = TopicProducerConfigBuilder::default();
        if let Some(codec) = &self.codec {
            builder.compression(codec.parse::<fluvio::Compression>().context("--codec")?);
        }
        builder.smartmodules(self.modules.clone());
        let producer = fluvio
            .topic_producer_with_config(self.topic.clone(), builder.build()?)
            .await?;
        let mut sent = Vec::new();
        for index in self.records.first..self.records.first + self.records.count {
            let key = self.key_mod.map(|key_mod| content::key(index, key_mod));
            let record_key = key.clone().map_or(RecordKey::NULL, RecordKey::from);
            let output = producer
                .send(record_key, content::value(index, self.records.size))
                .await?;
            sent.push((key, output));
        }
        producer.flush().await?;
        print_outcome(sent).await
    }
}

/// A record counts as written only when the server has told its offset.
async fn print_outcome(sent: Vec<(Option<String>, ProduceOutput)>) -> Result<()> {
    let mut keys = KeyPartitions::default();
    let mut acknowledged = 0u64;
    for (key, output) in sent {
        let metadata = output.wait().await?;
        acknowledged += 1;
        if let Some(key) = key {
            keys.add(&key, metadata.partition_id());
        }
    }
    println!("records={acknowledged}");
    keys.print();
    Ok(())
}
