// SPDX-License-Identifier: Apache-2.0

//! The official Rust client as a program that a script can drive.
//!
//! Every command prints plain `name=value` lines, so that `interop.bats` can ask for one line of
//! it. `../python/interop.py` has the same commands and prints the same lines.
//! Exit codes: 0 done, 1 the client reported an error, 2 usage, 3 the time limit passed first.

mod admin;
mod bench;
mod consume;
mod content;
mod offsets;
mod produce;
mod smartmodules;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use fluvio::config::ConfigFile;
use fluvio::{Fluvio, FluvioClusterConfig};

#[derive(Parser)]
#[command(
    name = "interop-rust",
    about = "The official Rust client, driven by a script"
)]
struct Options {
    /// Profile file; without it FLV_PROFILE_PATH, then ~/.fluvio/config.
    #[arg(long, global = true)]
    profile: Option<String>,
    /// Address of the control plane, host:port, in place of a profile.
    #[arg(long, global = true, conflicts_with = "profile")]
    endpoint: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Connect and print the platform version of the server.
    Connect,
    TopicCreate(admin::TopicCreate),
    TopicList,
    TopicDelete(admin::TopicDelete),
    PartitionList,
    /// Register an SPU at the control plane; one that is there already is no error.
    RegisterSpu(admin::RegisterSpu),
    /// Wait until an SPU is online and the topic for consumer offsets is there.
    SpuWait(admin::SpuWait),
    Produce(produce::Produce),
    /// Print the values that `produce` sends, one a line.
    Records(produce::Records),
    Consume(consume::Consume),
    OffsetsConsume(offsets::OffsetsConsume),
    OffsetsList(offsets::OffsetsList),
    OffsetsDelete(offsets::OffsetsDelete),
    SmartmoduleCreate(smartmodules::SmartModuleCreate),
    SmartmoduleDelete(smartmodules::SmartModuleDelete),
    /// Read through SmartModules, and print `OFFSET KEY VALUE` of each record.
    Process(smartmodules::Process),
    BenchProduce(bench::BenchProduce),
    BenchConsume(bench::BenchConsume),
    BenchLatency(bench::BenchLatency),
}

fn cluster_config(options: &Options) -> Result<FluvioClusterConfig> {
    if let Some(endpoint) = &options.endpoint {
        return Ok(FluvioClusterConfig::new(endpoint));
    }
    let file = ConfigFile::load(options.profile.clone()).context("reading the profile file")?;
    Ok(file.config().current_cluster()?.clone())
}

async fn run(options: Options) -> Result<()> {
    if let Command::Records(command) = &options.command {
        return command.run();
    }
    let config = cluster_config(&options)?;
    let fluvio = Fluvio::connect_with_config(&config)
        .await
        .with_context(|| format!("connecting to {}", config.endpoint))?;
    match options.command {
        Command::Connect => {
            println!("platform={}", fluvio.platform_version());
            Ok(())
        }
        Command::TopicCreate(command) => command.run(&fluvio).await,
        Command::TopicList => admin::topic_list(&fluvio).await,
        Command::TopicDelete(command) => command.run(&fluvio).await,
        Command::PartitionList => admin::partition_list(&fluvio).await,
        Command::RegisterSpu(command) => command.run(&fluvio).await,
        Command::SpuWait(command) => command.run(&fluvio).await,
        Command::Produce(command) => command.run(&fluvio).await,
        Command::Records(_) => unreachable!("needs no server, done above"),
        Command::Consume(command) => command.run(&fluvio).await,
        Command::OffsetsConsume(command) => command.run(&fluvio).await,
        Command::OffsetsList(command) => command.run(&fluvio).await,
        Command::OffsetsDelete(command) => command.run(&fluvio).await,
        Command::SmartmoduleCreate(command) => command.run(&fluvio).await,
        Command::SmartmoduleDelete(command) => command.run(&fluvio).await,
        Command::Process(command) => command.run(&fluvio).await,
        Command::BenchProduce(command) => command.run(&fluvio).await,
        Command::BenchConsume(command) => command.run(&fluvio).await,
        Command::BenchLatency(command) => command.run(&fluvio).await,
    }
}

fn main() {
    let options = Options::parse();
    let code = match fluvio_future::task::run_block_on(run(options)) {
        Ok(()) => 0,
        Err(error) if error.is::<consume::TimeLimit>() => {
            eprintln!("interop-rust: {error}");
            3
        }
        Err(error) => {
            eprintln!("interop-rust: {error:#}");
            1
        }
    };
    // The client's background tasks would keep the process alive.
    std::process::exit(code);
}
