// SPDX-License-Identifier: Apache-2.0

//! Reads a number of records, from any start position, within a time limit.

use std::io::Write;
use std::time::Duration;

use anyhow::{anyhow, bail, Context, Result};
use clap::{Args, ValueEnum};
use fluvio::consumer::{ConsumerConfigExtBuilder, ConsumerStream, Record};
use fluvio::dataplane::link::ErrorCode;
use fluvio::{Fluvio, Offset};
use futures_util::future::{select, Either};
use futures_util::StreamExt;

use crate::content::Tally;

/// The time limit passed before the thing waited for came.
#[derive(Debug)]
pub struct TimeLimit(pub String);

impl std::fmt::Display for TimeLimit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "the time limit passed while waiting for {}", self.0)
    }
}

impl std::error::Error for TimeLimit {}

/// What to read, shared by the commands that consume.
#[derive(Args, Clone)]
pub struct Selection {
    pub topic: String,
    /// beginning, end, absolute:N, from-beginning:N or from-end:N.
    #[arg(long, default_value = "beginning", value_parser = parse_start)]
    pub start: Offset,
    #[arg(long)]
    pub count: u64,
    /// One partition; without it (or with --all) every partition of the topic.
    #[arg(long, conflicts_with = "all")]
    pub partition: Option<u32>,
    #[arg(long)]
    pub all: bool,
    /// Limit in seconds for the whole command.
    #[arg(long, default_value_t = 60)]
    pub timeout: u64,
}

impl Selection {
    pub fn builder(&self) -> ConsumerConfigExtBuilder {
        let mut builder = ConsumerConfigExtBuilder::default();
        builder
            .topic(self.topic.clone())
            .offset_start(self.start.clone());
        if let Some(partition) = self.partition {
            builder.partition(partition);
        }
        builder
    }
}

pub fn parse_start(text: &str) -> Result<Offset> {
    let (name, number) = match text.split_once(':') {
        Some((name, number)) => (name, Some(number)),
        None => (text, None),
    };
    Ok(match (name, number) {
        ("beginning", None) => Offset::beginning(),
        ("end", None) => Offset::end(),
        ("absolute", Some(number)) => Offset::absolute(number.parse()?)?,
        ("from-beginning", Some(number)) => Offset::from_beginning(number.parse()?),
        ("from-end", Some(number)) => Offset::from_end(number.parse()?),
        _ => bail!("`{text}` is none of beginning, end, absolute:N, from-beginning:N, from-end:N"),
    })
}

/// Hands `count` records to `on_record`, or fails when `timeout` passes first.
pub async fn read<S>(
    stream: &mut S,
    selection: &Selection,
    mut on_record: impl FnMut(&Record) -> Result<()>,
) -> Result<()>
where
    S: ConsumerStream<Item = std::result::Result<Record, ErrorCode>>,
{
    let mut timer = Box::pin(fluvio_future::timer::sleep(Duration::from_secs(
        selection.timeout,
    )));
    for read in 0..selection.count {
        let next = match select(stream.next(), &mut timer).await {
            Either::Left((next, _)) => next,
            Either::Right(_) => {
                return Err(TimeLimit(format!("record {} of {}", read + 1, selection.count)).into())
            }
        };
        let record = next.ok_or_else(|| anyhow!("the stream ended after {read} records"))?;
        on_record(&record.with_context(|| format!("after {read} records"))?)?;
    }
    Ok(())
}

#[derive(ValueEnum, Clone, PartialEq)]
enum Print {
    /// Counts, and what is missing, double or damaged.
    Sum,
    /// The values, one a line.
    Lines,
}

#[derive(Args)]
pub struct Consume {
    #[command(flatten)]
    selection: Selection,
    #[arg(long, value_enum, default_value = "sum")]
    print: Print,
    /// Say on standard output when the stream is open: what is sent later is read.
    #[arg(long)]
    announce: bool,
}

impl Consume {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let mut stream = fluvio
            .consumer_with_config(self.selection.builder().build()?)
            .await?;
        let mut tally = Tally::default();
        let mut out = std::io::BufWriter::new(std::io::stdout());
        if self.announce {
            writeln!(out, "open={}", self.selection.topic)?;
            out.flush()?;
        }
        let outcome = read(&mut stream, &self.selection, |record| {
            tally.add(record);
            if self.print == Print::Lines {
                out.write_all(record.value())?;
                out.write_all(b"\n")?;
            }
            Ok(())
        })
        .await;
        out.flush()?;
        // The account is worth most when the read failed.
        if self.print == Print::Sum {
            tally.print();
        }
        outcome
    }
}
