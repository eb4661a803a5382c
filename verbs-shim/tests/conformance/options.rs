//! The suite's own options; what is left is for the test harness.

use std::env;
use std::time::Duration;

use verbs_shim::provider::Choice;

use crate::protocol::PEER_OPTION;
use crate::testbed::Kind;

/// The port of the agent with `--two-hosts`.
const PORT: u16 = 7471;

pub(crate) enum Role {
    Peer {
        provider: Choice,
        unix: bool,
    },
    Agent {
        address: String,
    },
    Suite {
        /// A name that one of [`Kind::ALL`] has.
        provider: Option<String>,
        agent: Option<String>,
        time_limit: Duration,
        /// For the test harness, the name of the program included.
        rest: Vec<String>,
    },
}

pub(crate) struct Options {
    pub(crate) role: Role,
}

impl Options {
    /// From the arguments and the variables of this process.
    pub(crate) fn from_environment() -> Result<Options, String> {
        let mut provider = None;
        let mut agent = None;
        let mut seconds = None;
        let mut rest = Vec::new();
        let mut arguments = env::args();
        while let Some(argument) = arguments.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
                _ => (argument.as_str(), None),
            };
            let mut value = || {
                inline.clone().or_else(|| arguments.next()).ok_or(format!("{name} needs a value"))
            };
            match name {
                PEER_OPTION => {
                    let provider = parse(&value()?)?;
                    let unix = arguments.next().as_deref() == Some("unix");
                    return Ok(Options { role: Role::Peer { provider, unix } });
                }
                "--serve" => return Ok(Options { role: Role::Agent { address: value()? } }),
                "--provider" => {
                    let name = value()?;
                    if !Kind::ALL.iter().any(|kind| kind.has_name(&name)) {
                        let all = Kind::ALL.map(Kind::name).join(", ");
                        return Err(format!("there is no provider {name:?}; there are: {all}"));
                    }
                    provider = Some(name);
                }
                "--agent" => agent = Some(value()?),
                "--time-limit" => {
                    let text = value()?;
                    let number = text.parse().map_err(|_| format!("{text:?} are no seconds"))?;
                    seconds = Some(number);
                }
                "--two-hosts" => match two_hosts()? {
                    (0, address) => {
                        provider = Some(Choice::Verbs.name().to_owned());
                        agent = Some(address);
                    }
                    (_, address) => return Ok(Options { role: Role::Agent { address } }),
                },
                _ => rest.push(argument),
            }
        }
        let seconds = seconds.unwrap_or(if agent.is_some() { 120 } else { 60 });
        let time_limit = Duration::from_secs(seconds);
        Ok(Options { role: Role::Suite { provider, agent, time_limit, rest } })
    }
}

fn parse(name: &str) -> Result<Choice, String> {
    name.parse::<Choice>().map_err(|error| error.to_string())
}

/// The rank of this machine, and the address of the agent, which is on rank 1.
fn two_hosts() -> Result<(u32, String), String> {
    let variable = |name: &str| {
        env::var(name).map_err(|_| format!("--two-hosts needs {name}, as scripts/rxe-vm sets it"))
    };
    let rank = variable("RXE_VM_RANK")?;
    let rank = rank.parse().map_err(|_| format!("RXE_VM_RANK is {rank:?}"))?;
    let addresses = variable("RXE_VM_ADDRS")?;
    let address = addresses
        .split(',')
        .nth(1)
        .ok_or_else(|| format!("RXE_VM_ADDRS is {addresses:?}: there is no second machine"))?;
    Ok((rank, format!("{address}:{PORT}")))
}
