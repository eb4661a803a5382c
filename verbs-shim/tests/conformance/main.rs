//! The conformance suite: what every provider of this crate must do, checked for each of them.
//!
//! ```text
//! cargo test -p verbs-shim --test conformance                       all providers that can run here
//! cargo test -p verbs-shim --test conformance -- --provider verbs   this one, or fail
//! cargo test -p verbs-shim --test conformance -- shm::order         as libtest filters
//! ```
//!
//! `shm` and `sim` always run, `sim` a second time with faults. `verbs` runs when a usable device opens; if none does, its tests are reported
//! as ignored, with the reason. The usual options of test binaries work, and besides:
//!
//! | option | meaning |
//! | --- | --- |
//! | `--provider NAME` | test this provider alone; fail if it cannot be opened |
//! | `--agent ADDR:PORT` | spawn the peers of tests on the host of that agent (`verbs` only) |
//! | `--serve ADDR:PORT` | be the agent: spawn peers for the suite until it says that it has ended |
//! | `--two-hosts` | take the role from `RXE_VM_RANK` and `RXE_VM_ADDRS`, as `scripts/rxe-vm` sets them: rank 1 serves, rank 0 tests `verbs` with it as agent |
//! | `--time-limit SECONDS` | of each test; 60 by default, 120 with an agent |
//!
//! The peers of a test are processes: this binary again, in the role `--peer`, told what to do over a
//! socket ([`protocol`]); those of `sim` are threads ([`testbed`]). A test that does not end within its time limit fails, and its peers are
//! ended. Known gaps of providers stand in [`gaps`].

mod agent;
mod cases;
mod context;
mod gaps;
mod link;
mod options;
mod peer;
mod protocol;
mod testbed;
mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use verbs_shim::provider::Choice;

use crate::cases::{CASES, Case};
use crate::context::{Context, Outcome, Verdict};
use crate::options::{Options, Role};
use crate::testbed::Kind;

fn main() -> ExitCode {
    let result =
        Options::from_environment().map_err(Failed::from).and_then(|options| match options.role {
            Role::Peer { provider, unix } => peer::run(provider, unix).map(|()| ExitCode::SUCCESS),
            Role::Agent { address } => agent::serve(&address).map(|()| ExitCode::SUCCESS),
            Role::Suite { provider, agent, time_limit, rest } => {
                suite(provider.as_deref(), agent.as_deref(), time_limit, rest)
            }
        });
    result.unwrap_or_else(|error| {
        eprintln!("conformance: {}", peer::error_text(&error));
        ExitCode::FAILURE
    })
}

fn suite(
    forced: Option<&str>,
    agent: Option<&str>,
    time_limit: Duration,
    rest: Vec<String>,
) -> Result<ExitCode, Failed> {
    let arguments = Arguments::from_iter(rest);
    if let Some(address) = agent
        && !arguments.list
    {
        agent::await_agent(address, Duration::from_secs(60))?;
    }
    let mut trials = Vec::new();
    for kind in Kind::ALL {
        if forced.is_some_and(|forced| !kind.has_name(forced)) {
            continue;
        }
        let state = prepare(kind, agent);
        if let (Err(reason), Some(_)) = (&state, forced) {
            return Err(format!("the provider {kind} cannot be tested: {reason}").into());
        }
        for case in CASES {
            trials.push(trial(kind, case, agent, &state, time_limit));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(address) = agent
        && !arguments.list
    {
        agent::finish(address)?;
    }
    Ok(conclusion.exit_code())
}

/// Whether a provider can be tested here, and how long a small operation takes; else the reason.
fn prepare(kind: Kind, agent: Option<&str>) -> Result<Duration, String> {
    if kind != Kind::Job(Choice::Verbs) && agent.is_some() {
        return Err(format!("{kind} does not reach another host"));
    }
    let context = Context::new(kind, None, Duration::ZERO);
    let fabric = context.fabric().map_err(|error| peer::error_text(&error))?;
    let latency = context::measure_latency(&fabric).map_err(|error| peer::error_text(&error))?;
    // Through the wire it takes longer than to ourselves, and lost packets are sent again.
    let floor = if agent.is_some() || context.is_lossy() {
        Duration::from_millis(3)
    } else {
        Duration::ZERO
    };
    Ok(latency.max(floor))
}

fn trial(
    kind: Kind,
    case: &'static Case,
    agent: Option<&str>,
    state: &Result<Duration, String>,
    time_limit: Duration,
) -> Trial {
    let state = state.clone();
    let agent = agent.map(str::to_owned);
    Trial::ignorable_test(format!("{kind}::{}", case.name), move || {
        let latency = match state {
            Ok(latency) => latency,
            Err(reason) => return Ok(Completion::ignored_with(reason)),
        };
        if let Some(reason) = gaps::gap(kind, case.name) {
            return Ok(Completion::ignored_with(format!("known gap: {reason}")));
        }
        let context = Arc::new(Context::new(kind, agent, latency));
        match run_limited(case, &context, time_limit)? {
            Verdict::Passed => Ok(Completion::Completed),
            Verdict::Skipped(reason) => Ok(Completion::ignored_with(reason)),
        }
    })
}

/// Runs a test on a thread of its own; when it does not end, the thread is left behind, but its
/// peers are ended.
fn run_limited(case: &'static Case, context: &Arc<Context>, limit: Duration) -> Outcome {
    let (sender, receiver) = channel();
    let own = Arc::clone(context);
    thread::Builder::new().name(case.name.to_owned()).spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| (case.run)(&own)));
        let outcome = outcome.unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Err(text.unwrap_or("panicked").into())
        });
        // Nobody listens any more after the limit.
        let _ = sender.send(outcome);
    })?;
    let outcome = receiver.recv_timeout(limit);
    context.end_peers();
    outcome.unwrap_or_else(|error| match error {
        RecvTimeoutError::Timeout => Err(format!(
            "it has not ended within {limit:?}; the last that a peer was told: {}",
            context.last_exchange()
        )
        .into()),
        RecvTimeoutError::Disconnected => Err("its thread has gone".into()),
    })
}
