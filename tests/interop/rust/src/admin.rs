// SPDX-License-Identifier: Apache-2.0

//! Topics, partitions and SPUs.

use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use clap::Args;
use fluvio::metadata::customspu::CustomSpuSpec;
use fluvio::metadata::objects::ListRequest;
use fluvio::metadata::partition::PartitionSpec;
use fluvio::metadata::spu::SpuSpec;
use fluvio::metadata::topic::{
    Bounds, Deduplication, Filter, ReplicaSpec, TopicReplicaParam, TopicSpec, Transform,
};
use fluvio::{Fluvio, FluvioAdmin};

use crate::consume::TimeLimit;

const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Holds the consumer offsets; the control plane creates it as soon as an SPU is online.
const OFFSETS_PARTITION: &str = "consumer-offset-0";

#[derive(Args)]
pub struct TopicCreate {
    name: String,
    #[arg(long, default_value_t = 1)]
    partitions: u32,
    /// none, gzip, snappy, lz4, zstd or any.
    #[arg(long)]
    compression: Option<String>,
    /// A SmartModule of the server's store that leaves out what is there.
    #[arg(long)]
    deduplicate: Option<String>,
}

impl TopicCreate {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let replicas = ReplicaSpec::Computed(TopicReplicaParam::new(self.partitions, 1, false));
        let mut spec = TopicSpec::from(replicas);
        if let Some(name) = &self.compression {
            spec.set_compression_type(name.parse().context("--compression")?);
        }
        if let Some(uses) = self.deduplicate {
            let with = Default::default();
            spec.set_deduplication(Some(Deduplication {
                bounds: Bounds {
                    count: 1000,
                    age: None,
                },
                filter: Filter {
                    transform: Transform { uses, with },
                },
            }));
        }
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
pub struct TopicDelete {
    name: String,
}

impl TopicDelete {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        fluvio
            .admin()
            .await
            .delete::<TopicSpec>(self.name.clone())
            .await?;
        println!("deleted={}", self.name);
        Ok(())
    }
}

pub async fn topic_list(fluvio: &Fluvio) -> Result<()> {
    for topic in fluvio.admin().await.all::<TopicSpec>().await? {
        let (spec, status) = (&topic.spec, topic.status.resolution);
        println!(
            "topic={} partitions={} compression={} status={status:?}",
            topic.name,
            spec.partitions(),
            spec.get_compression_type()
        );
    }
    Ok(())
}

pub async fn partition_list(fluvio: &Fluvio) -> Result<()> {
    for partition in fluvio.admin().await.all::<PartitionSpec>().await? {
        println!(
            "partition={} leader={} status={:?} high_watermark={}",
            partition.name,
            partition.spec.leader,
            partition.status.resolution,
            partition.status.leader.hw
        );
    }
    Ok(())
}

#[derive(Args)]
pub struct RegisterSpu {
    #[arg(long, default_value_t = 5001)]
    id: i32,
    /// Address clients use, host:port.
    #[arg(long)]
    public: String,
    /// Address other SPUs use, host:port.
    #[arg(long)]
    private: String,
}

impl RegisterSpu {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let (public_host, public_port) = host_and_port(&self.public)?;
        let (private_host, private_port) = host_and_port(&self.private)?;
        let mut spec = CustomSpuSpec {
            id: self.id,
            ..Default::default()
        };
        spec.public_endpoint.port = public_port;
        // The crate does not export the type of an ingress entry; it can still be made by default.
        spec.public_endpoint
            .ingress
            .resize_with(1, Default::default);
        spec.public_endpoint.ingress[0].hostname = Some(public_host);
        spec.private_endpoint.port = private_port;
        spec.private_endpoint.host = private_host;
        let admin = fluvio.admin().await;
        let known = admin.all::<CustomSpuSpec>().await?;
        if known.iter().any(|spu| spu.spec.id == self.id) {
            println!("known={}", self.id);
            return Ok(());
        }
        admin
            .create(format!("custom-spu-{}", self.id), false, spec)
            .await?;
        println!("registered={}", self.id);
        Ok(())
    }
}

fn host_and_port(address: &str) -> Result<(String, u16)> {
    let Some((host, port)) = address.rsplit_once(':') else {
        bail!("`{address}` is not host:port");
    };
    Ok((host.to_owned(), port.parse().context("port")?))
}

#[derive(Args)]
pub struct SpuWait {
    #[arg(long, default_value_t = 5001)]
    id: i32,
    /// Limit in seconds.
    #[arg(long, default_value_t = 60)]
    timeout: u64,
}

impl SpuWait {
    pub async fn run(self, fluvio: &Fluvio) -> Result<()> {
        let admin = fluvio.admin().await;
        let deadline = Instant::now() + Duration::from_secs(self.timeout);
        while Instant::now() < deadline {
            if is_ready(&admin, self.id).await? {
                println!("online={}", self.id);
                return Ok(());
            }
            fluvio_future::timer::sleep(POLL_INTERVAL).await;
        }
        Err(TimeLimit(format!("SPU {} to be online", self.id)).into())
    }
}

async fn is_ready(admin: &FluvioAdmin, id: i32) -> Result<bool> {
    let spus = admin.all::<SpuSpec>().await?;
    let online = spus
        .iter()
        .any(|spu| spu.spec.id == id && spu.status.is_online());
    let system = ListRequest::<PartitionSpec>::new(Vec::new(), false).system(true);
    let partitions = admin.list_with_config::<_, String>(system).await?;
    let offsets = partitions
        .iter()
        .any(|it| it.name == OFFSETS_PARTITION && it.status.is_online());
    Ok(online && offsets)
}
