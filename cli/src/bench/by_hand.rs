//! A job whose nodes are started by hand, on several hosts: one is the server, which has the coordinator in it
//! and lends its memory; the others connect. The first that does is rank 0, which measures and tells the results.

use std::net::SocketAddr;
use std::process::ExitCode;

use pangea::cluster::{Address, JobEnv, Rank};
use verbs_shim::provider::Choice;

use super::options::BenchOptions;
use super::{job, node, report, tell_left_out};
use crate::failure::Failure;
use crate::job::Job;
use crate::style;

/// `pangea bench --server`
pub(crate) fn serve(options: &BenchOptions, listen: SocketAddr) -> Result<ExitCode, Failure> {
    let settings = options.settings();
    if options.nodes < 2 {
        return Err(Failure::usage(
            "--server waits for others, so a job has 2 nodes at least (-n)",
        ));
    }
    let job = Job { listen: Some(listen), ..job(options, &settings)? };
    let coordinator = job.prepare(1, |_| {})?;
    let address = reachable(coordinator.job(), job.provider)?;
    style::note(format_args!(
        "waiting for {} over {}; type there:\n\n{}\n",
        match options.nodes {
            2 => "another node".to_owned(),
            nodes => format!("{} other nodes", nodes - 1),
        },
        job.provider,
        command(options, coordinator.job(), &address),
    ));
    let last = coordinator.job().for_rank(Rank(options.nodes - 1));
    // The coordinator stays until this node has left, which it does last.
    Ok(node::take_part(&last, settings, &options.verbs()?))
}

/// `pangea bench --connect`
pub(crate) fn connect(options: &BenchOptions, address: &Address) -> Result<ExitCode, Failure> {
    let settings = options.settings();
    // What cannot be is told before the server is disturbed, as far as it depends on this side alone.
    let planned = settings.plan(u32::MAX).map_err(Failure::usage)?;
    report::check(&settings, &planned).map_err(Failure::usage)?;
    tell_left_out(&settings, u32::MAX);
    let mut job = JobEnv::at(address.clone()).map_err(|error| {
        Failure::usage(format_args!("{error} (the server prints the command to type here)"))
    })?;
    job.cache_bytes = options.cache.map(|cache| cache.get() as u64);
    Ok(node::take_part(&job, settings, &options.verbs()?))
}

/// Where others find the coordinator: the provider `shm` needs a socket of this host.
fn reachable(job: &JobEnv, provider: Choice) -> Result<String, Failure> {
    let wanted = |address: &&Address| match address {
        Address::Unix(_) => provider == Choice::Shm,
        Address::Tcp(_) => provider != Choice::Shm,
    };
    let address = job.addresses.iter().find(wanted).ok_or_else(|| {
        Failure::failed(format_args!("the coordinator listens where {provider} is of no use"))
    })?;
    Ok(match address {
        Address::Unix(_) => address.to_string(),
        Address::Tcp(address) => named(address),
    })
}

/// An address that stands for all of this host's is told by the host's name.
fn named(address: &str) -> String {
    let port = address.parse::<SocketAddr>().ok().filter(|it| it.ip().is_unspecified());
    match port {
        Some(address) => {
            let name = rustix::system::uname();
            format!("{}:{}", name.nodename().to_string_lossy(), address.port())
        }
        None => address.to_owned(),
    }
}

/// What to type at another host: what was asked for here, to connect instead.
fn command(options: &BenchOptions, job: &JobEnv, address: &str) -> String {
    let mut words = vec!["pangea".to_owned(), "bench".to_owned()];
    words.extend(options.for_client());
    format!("    PANGEA_SECRET={} {} --connect {address}", job.secret.to_hex(), words.join(" "))
}
