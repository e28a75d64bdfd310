// SPDX-License-Identifier: Apache-2.0

//! What smartmodule_bench measures, for the official engine: the time a record takes, in batches
//! of several sizes, and the time until the first one. One JSON line a case.
//!
//!   smartengine-peer [--seconds 0.5] [--value TEXT] [--params KEY=VALUE] FILE...

use std::path::Path;
use std::time::Instant;

use anyhow::{bail, Context, Result};
use fluvio_protocol::record::{Record, RecordData};
use fluvio_protocol::Encoder;
use fluvio_smartengine::metrics::SmartModuleChainMetrics;
use fluvio_smartengine::{
    SmartEngine, SmartModuleChainBuilder, SmartModuleChainInstance, SmartModuleConfig,
};
use fluvio_smartmodule::dataplane::smartmodule::SmartModuleInput;

struct Settings {
    seconds: f64,
    value: String,
    params: Vec<(String, String)>,
    files: Vec<String>,
}

fn parse() -> Result<Settings> {
    let mut out = Settings { seconds: 0.5, value: "a".into(), params: vec![], files: vec![] };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut next = || words.next().context(word.clone());
        match word.as_str() {
            "--seconds" => out.seconds = next()?.parse()?,
            "--value" => out.value = next()?,
            "--params" => {
                let pair = next()?;
                let (key, value) = pair.split_once('=').context("KEY=VALUE")?;
                out.params.push((key.into(), value.into()));
            }
            _ => out.files.push(word),
        }
    }
    if out.files.is_empty() {
        bail!("name a SmartModule");
    }
    Ok(out)
}

fn make_chain(engine: &SmartEngine, settings: &Settings) -> Result<SmartModuleChainInstance> {
    let mut builder = SmartModuleChainBuilder::default();
    for file in &settings.files {
        let mut config = SmartModuleConfig::builder();
        config.smartmodule_names(&[file.clone()]);
        for (key, value) in &settings.params {
            config.param(key, value);
        }
        builder.add_smart_module(config.build()?, std::fs::read(file)?);
    }
    builder.initialize(engine)
}

fn encoded(count: u32, text: &str) -> Result<Vec<u8>> {
    let value = format!("{text:.<100}");
    let records: Vec<Record> = (0..count)
        .map(|i| {
            let mut record = Record::new(RecordData::from(value.as_str()));
            record.preamble.set_offset_delta(i64::from(i));
            record
        })
        .collect();
    let mut out = Vec::new();
    records.encode(&mut out, 22)?;
    Ok(out)
}

fn run(chain: &mut SmartModuleChainInstance, bytes: &[u8], batch: u32, seconds: f64) -> Result<(f64, u64, u64)> {
    let (mut records, mut made) = (0, 0);
    let start = Instant::now();
    while start.elapsed().as_secs_f64() < seconds {
        for _ in 0..1 + 1_000 / batch {
            let input = SmartModuleInput::new(bytes.to_vec(), 0, 1_700_000_000_000);
            made += chain.process(input)?.successes.len() as u64;
            records += u64::from(batch);
        }
    }
    Ok((start.elapsed().as_secs_f64(), records, made))
}

fn main() -> Result<()> {
    let settings = parse()?;
    let names: Vec<_> = settings
        .files
        .iter()
        .map(|file| Path::new(file).file_stem().unwrap_or_default().to_string_lossy())
        .collect();
    let case = names.join("+");
    let engine = SmartEngine::new();
    for batch in [1, 100, 1_000] {
        let mut chain = make_chain(&engine, &settings)?;
        let bytes = encoded(batch, &settings.value)?;
        run(&mut chain, &bytes, batch, settings.seconds / 5.0)?;
        let (took, records, made) = run(&mut chain, &bytes, batch, settings.seconds)?;
        println!(
            "{{\"engine\":\"official\",\"case\":\"{case}\",\"value\":\"{}\",\"batch\":{batch},\"ns_per_record\":{:.1},\"out_per_in\":{:.2}}}",
            settings.value,
            took * 1e9 / records as f64,
            made as f64 / records as f64
        );
    }
    let start = Instant::now();
    make_chain(&SmartEngine::new(), &settings)?;
    println!(
        "{{\"engine\":\"official\",\"case\":\"{case}\",\"start_ms_compiling\":{:.2}}}",
        start.elapsed().as_secs_f64() * 1e3
    );
    Ok(())
}
