// SPDX-License-Identifier: Apache-2.0

//! The official client's speed, as a line to hold ours against.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use fluvio::{Fluvio, ProduceOutput, RecordKey, TopicProducerConfig, TopicProducerConfigBuilder};

use crate::consume::{read, Selection};
use crate::content;

/// Sleeping for less than this is not exact enough to pace single records.
const TICK: Duration = Duration::from_millis(1);

#[derive(Args, Clone)]
struct Batching {
    /// Bytes of a batch.
    #[arg(long, default_value_t = 16_384)]
    batch_size: usize,
    /// Milliseconds a batch waits for more records.
    #[arg(long, default_value_t = 0)]
    linger: u64,
    /// none, gzip, snappy, lz4 or zstd.
    #[arg(long, default_value = "none")]
    codec: String,
}

impl Batching {
    fn config(&self) -> Result<TopicProducerConfig> {
        Ok(TopicProducerConfigBuilder::default()
            .batch_size(self.batch_size)
            .linger(Duration::from_millis(self.linger))
            .compression(
                self.codec
                    .parse::<fluvio::Compression>()
                    .context("--codec")?,
            )
            .build()?)
    }
}

fn print_rate(count: u64, size: usize, took: Duration) {
    let seconds = took.as_secs_f64();
    println!("records={count}");
    println!("seconds={seconds:.3}");
    println!("records_per_second={:.0}", count as f64 / seconds);
    println!(
        "megabytes_per_second={:.1}",
        count as f64 * size as f64 / seconds / 1e6
    );
}

#[derive(Args)]
pub struct BenchProduce {
    topic: String,
    #[arg(long, default_value_t = 200_000)]
    count: u64,
    #[arg(long, default_value_t = 1024)]
    size: usize,
    #[command(flatten)]
    batching: Batching,
}

impl BenchProduce {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let producer = fluvio
            .topic_producer_with_config(self.topic.clone(), self.batching.config()?)
            .await?;
        // A flush waits for the answers, but the errors stand in the outputs; they share one
        // state per batch, so every thousandth is enough to see a failure.
        let mut outputs = Vec::new();
        let started = Instant::now();
        for index in 0..self.count {
            let output = producer
                .send(RecordKey::NULL, content::value(index, self.size))
                .await?;
            if index % 1000 == 0 || index + 1 == self.count {
                outputs.push(output);
            }
        }
        producer.flush().await?;
        for output in outputs {
            output.wait().await?;
        }
        print_rate(self.count, self.size, started.elapsed());
        Ok(())
    }
}

#[derive(Args)]
pub struct BenchConsume {
    #[command(flatten)]
    selection: Selection,
}

impl BenchConsume {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let started = Instant::now();
        let mut stream = fluvio
            .consumer_with_config(self.selection.builder().build()?)
            .await?;
        let mut bytes = 0;
        read(&mut stream, &self.selection, |record| {
            bytes += record.value().len();
            Ok(())
        })
        .await?;
        let size = bytes / self.selection.count.max(1) as usize;
        print_rate(self.selection.count, size, started.elapsed());
        Ok(())
    }
}

#[derive(Args)]
pub struct BenchLatency {
    topic: String,
    /// Records a second.
    #[arg(long, default_value_t = 30_000)]
    rate: u64,
    #[arg(long, default_value_t = 5120)]
    size: usize,
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    #[command(flatten)]
    batching: Batching,
}

impl BenchLatency {
    /// The clock of a record starts when it was due, not when it was sent: a producer that
    /// falls behind must not look fast.
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let producer = fluvio
            .topic_producer_with_config(self.topic.clone(), self.batching.config()?)
            .await?;
        let (sender, receiver) = async_channel::unbounded::<(Instant, ProduceOutput)>();
        let collector = fluvio_future::task::spawn_task(collect(receiver));
        let count = self.rate * self.seconds;
        let started = Instant::now();
        for index in 0..count {
            let due = started + Duration::from_secs_f64(index as f64 / self.rate as f64);
            if due > Instant::now() + TICK {
                fluvio_future::timer::sleep(due - Instant::now()).await;
            }
            let output = producer
                .send(RecordKey::NULL, content::value(index, self.size))
                .await?;
            sender.send((due, output)).await?;
        }
        drop(sender);
        producer.flush().await?;
        let mut latencies = collector.await?;
        print_rate(count, self.size, started.elapsed());
        latencies.sort_unstable();
        for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1.0)] {
            let at = ((latencies.len() - 1) as f64 * share) as usize;
            println!("latency_us_{name}={}", latencies[at].as_micros());
        }
        Ok(())
    }
}

/// Awaits the answers in the order of sending, which is the order they come in on one partition.
async fn collect(sent: async_channel::Receiver<(Instant, ProduceOutput)>) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while let Ok((due, output)) = sent.recv().await {
        output.wait().await?;
        latencies.push(due.elapsed());
    }
    Ok(latencies)
}
