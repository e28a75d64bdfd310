// SPDX-License-Identifier: Apache-2.0

//! Consumer offsets that the server keeps: read and store, list, delete.

use anyhow::Result;
use clap::Args;
use fluvio::consumer::{ConsumerStream, OffsetManagementStrategy};
use fluvio::dataplane::record::ReplicaKey;
use fluvio::Fluvio;

use crate::consume::{read, Selection};
use crate::content::Tally;

#[derive(Args)]
pub struct OffsetsConsume {
    #[command(flatten)]
    selection: Selection,
    #[arg(long)]
    consumer: String,
    /// Read only, and leave the stored offset where it is.
    #[arg(long)]
    no_commit: bool,
}

impl OffsetsConsume {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let mut builder = self.selection.builder();
        builder
            .offset_consumer(self.consumer.clone())
            .offset_strategy(OffsetManagementStrategy::Manual);
        let mut stream = fluvio.consumer_with_config(builder.build()?).await?;
        let mut tally = Tally::default();
        let outcome = read(&mut stream, &self.selection, |record| {
            tally.add(record);
            Ok(())
        })
        .await;
        tally.print();
        outcome?;
        if !self.no_commit {
            stream.offset_commit().await?;
            stream.offset_flush().await?;
            println!("committed={}", self.consumer);
        }
        Ok(())
    }
}

#[derive(Args)]
pub struct OffsetsList {
    /// Only this consumer.
    #[arg(long)]
    consumer: Option<String>,
}

impl OffsetsList {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let mut offsets = fluvio.consumer_offsets().await?;
        offsets.sort();
        let wanted = |id: &str| self.consumer.as_deref().is_none_or(|name| name == id);
        for offset in offsets.iter().filter(|it| wanted(&it.consumer_id)) {
            println!(
                "consumer={} topic={} partition={} offset={}",
                offset.consumer_id, offset.topic, offset.partition, offset.offset
            );
        }
        Ok(())
    }
}

#[derive(Args)]
pub struct OffsetsDelete {
    topic: String,
    #[arg(long)]
    consumer: String,
    #[arg(long, default_value_t = 0)]
    partition: u32,
}

impl OffsetsDelete {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let replica = ReplicaKey::new(self.topic.clone(), self.partition);
        fluvio
            .delete_consumer_offset(self.consumer.clone(), replica)
            .await?;
        println!("deleted={}", self.consumer);
        Ok(())
    }
}
