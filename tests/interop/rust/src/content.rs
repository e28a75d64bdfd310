// SPDX-License-Identifier: Apache-2.0

//! What record number i holds, and the account of the records that came back.
//!
//! The content follows from the number alone, so a reader in any language can check every byte:
//! value = `<i>:` filled up with the alphabet to the size, key = `key-<i mod K>`.

use std::collections::BTreeMap;

use fluvio::consumer::Record;

const PATTERN: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
/// More indices than this in one account are a mistake in the data, not a test.
const INDEX_COUNT_MAX: u64 = 100_000_000;
/// Faults are listed up to here; the number of all of them stands beside.
const LISTED_MAX: usize = 20;

pub fn value(index: u64, size: usize) -> Vec<u8> {
    let mut bytes = format!("{index}:").into_bytes();
    while bytes.len() < size {
        bytes.push(PATTERN[bytes.len() % PATTERN.len()]);
    }
    bytes
}

pub fn key(index: u64, key_mod: u64) -> String {
    format!("key-{}", index % key_mod)
}

/// The index in a value, if all its bytes are as `value()` makes them.
fn index_of(value: &[u8]) -> Option<u64> {
    let colon = value.iter().position(|byte| *byte == b':')?;
    let index: u64 = std::str::from_utf8(&value[..colon]).ok()?.parse().ok()?;
    let intact = (colon + 1..value.len()).all(|at| value[at] == PATTERN[at % PATTERN.len()]);
    (intact && index < INDEX_COUNT_MAX).then_some(index)
}

/// Counts what was read; `missing` means: between the smallest and the largest index seen.
#[derive(Default)]
pub struct Tally {
    records: u64,
    damaged: u64,
    seen: Vec<u8>,
    bytes: u64,
    partitions: BTreeMap<u32, u64>,
    keys: KeyPartitions,
}

impl Tally {
    pub fn add(&mut self, record: &Record) {
        self.records += 1;
        self.bytes += record.value().len() as u64;
        *self.partitions.entry(record.partition()).or_default() += 1;
        if let Some(key) = record.key() {
            self.keys
                .add(&String::from_utf8_lossy(key), record.partition());
        }
        let Some(index) = index_of(record.value()) else {
            self.damaged += 1;
            return;
        };
        let index = index as usize;
        if self.seen.len() <= index {
            self.seen.resize(index + 1, 0);
        }
        self.seen[index] = self.seen[index].saturating_add(1);
    }

    pub fn print(&self) {
        let first = self.seen.iter().position(|count| *count > 0);
        let range = || self.seen.iter().enumerate().skip(first.unwrap_or(0));
        println!("records={}", self.records);
        println!("bytes={}", self.bytes);
        println!(
            "distinct={}",
            range().filter(|(_, count)| **count > 0).count()
        );
        println!(
            "first={}",
            first.map_or("none".into(), |index| index.to_string())
        );
        println!(
            "last={}",
            first.map_or("none".into(), |_| (self.seen.len() - 1).to_string())
        );
        print_faults("missing", range().filter(|(_, count)| **count == 0));
        print_faults("duplicate", range().filter(|(_, count)| **count > 1));
        println!("damaged={}", self.damaged);
        for (partition, count) in &self.partitions {
            println!("partition.{partition}={count}");
        }
        self.keys.print();
    }
}

fn print_faults<'a>(name: &str, faults: impl Iterator<Item = (usize, &'a u8)>) {
    let indices: Vec<usize> = faults.map(|(index, _)| index).collect();
    if indices.is_empty() {
        println!("{name}=none");
        return;
    }
    let listed: Vec<String> = indices
        .iter()
        .take(LISTED_MAX)
        .map(usize::to_string)
        .collect();
    let more = if indices.len() > LISTED_MAX {
        ",..."
    } else {
        ""
    };
    println!(
        "{name}={}{more} ({} in all)",
        listed.join(","),
        indices.len()
    );
}

/// The partition of each key; a key that was seen in two partitions keeps both and stands out.
#[derive(Default)]
pub struct KeyPartitions(BTreeMap<String, Vec<u32>>);

impl KeyPartitions {
    pub fn add(&mut self, key: &str, partition: u32) {
        // Almost always there already: no new string for every record.
        if !self.0.contains_key(key) {
            self.0.insert(key.to_owned(), Vec::new());
        }
        let partitions = self.0.get_mut(key).expect("just inserted");
        if !partitions.contains(&partition) {
            partitions.push(partition);
        }
    }

    pub fn print(&self) {
        for (key, partitions) in &self.0 {
            let text: Vec<String> = partitions.iter().map(u32::to_string).collect();
            println!("key.{key}={}", text.join(","));
        }
    }
}
