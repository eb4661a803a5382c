//! Where a job is found: its coordinator's addresses, its secret, and the rank a node wishes for.
//!
//! The launcher hands these to the nodes in environment variables:
//!
//! | variable | example |
//! | --- | --- |
//! | `PANGEA_JOB` | `unix:@pangea-1b9c…,tcp:127.0.0.1:34567`: tried in this order |
//! | `PANGEA_SECRET` | 64 hexadecimal digits |
//! | `PANGEA_RANK` | `2`; optional, without it the lowest free rank is given out |
//! | `PANGEA_CACHE` | `64M`; optional, goes before what the coordinator says of the node's cache |
//! | `PANGEA_LOCAL_SIZE` | `4`; optional: how many nodes of the job share this machine's processors |
//! | `PANGEA_LOCAL_PROCESSORS` | `8`; optional: how many processors these nodes may use together; without it, as many as this one may |
//!
//! A job starter with PMI hands rank and size over otherwise (`pmi.rs`).
//!
//! `PANGEA_VIEW` says how views are made, the same for all nodes (`coherence/release/setting.rs`), and
//! `PANGEA_CHECK` whether their races are looked for, the same for all, too (`coherence/release/races/mod.rs`).

use std::ffi::OsString;
use std::fmt;
use std::str::FromStr;

use super::Rank;
use super::error::ClusterError;
use super::size::Size;
use crate::primitives::Primitives;

/// The variable with the addresses.
const JOB: &str = "PANGEA_JOB";
/// The variable with the secret.
const SECRET: &str = "PANGEA_SECRET";
/// The variable with the rank.
const RANK: &str = "PANGEA_RANK";
/// The variable with the size of the node's cache.
const CACHE: &str = "PANGEA_CACHE";

/// The variable with the number of nodes on this machine.
const LOCAL_SIZE: &str = "PANGEA_LOCAL_SIZE";

/// The variable with the number of processors that they have.
const LOCAL_PROCESSORS: &str = "PANGEA_LOCAL_PROCESSORS";

/// Where a coordinator listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A Unix socket of this name in the abstract namespace (no file).
    Unix(String),
    /// `host:port`, to be resolved by whoever connects.
    Tcp(String),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Unix(name) => write!(f, "unix:@{name}"),
            Address::Tcp(address) => write!(f, "tcp:{address}"),
        }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Address, String> {
        if let Some(name) = text.strip_prefix("unix:@") {
            // The kernel has 108 bytes for it, the first of which is taken.
            if name.is_empty() || name.len() > 107 {
                return Err(format!("a Unix socket's name has 1 to 107 bytes, in {text:?}"));
            }
            return Ok(Address::Unix(name.to_owned()));
        }
        if let Some(address) = text.strip_prefix("tcp:") {
            let port = address.rsplit_once(':').and_then(|(host, port)| {
                (!host.is_empty()).then(|| port.parse::<u16>().ok()).flatten()
            });
            return match port {
                Some(1..) => Ok(Address::Tcp(address.to_owned())),
                _ => Err(format!("a TCP address is tcp:HOST:PORT, not {text:?}")),
            };
        }
        Err(format!("an address is unix:@NAME or tcp:HOST:PORT, not {text:?}"))
    }
}

/// What shows that a process belongs to the job. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub(crate) [u8; Secret::BYTES]);

impl Secret {
    /// Its length in bytes.
    pub const BYTES: usize = 32;

    /// A new one, from the random numbers of `P`.
    ///
    /// # Errors
    /// [`ClusterError::System`] if there are none.
    pub fn random<P: Primitives>() -> Result<Secret, ClusterError> {
        random_bytes::<P, _>().map(Secret)
    }

    /// As hexadecimal digits, for the environment of a node.
    pub fn to_hex(&self) -> String {
        to_hex(&self.0)
    }

    fn from_hex(text: &str) -> Result<Secret, String> {
        // The text itself is not repeated: it may be a secret with one wrong letter.
        let problem = || {
            let (digits, len) = (2 * Secret::BYTES, text.len());
            format!(
                "must have {digits} hexadecimal digits as the launcher sets them, it has {len} bytes"
            )
        };
        if text.len() != 2 * Secret::BYTES || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(problem());
        }
        let mut bytes = [0; Secret::BYTES];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| problem())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| problem())?;
        }
        Ok(Secret(bytes))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Bytes that nobody can guess.
pub(crate) fn random_bytes<P: Primitives, const N: usize>() -> Result<[u8; N], ClusterError> {
    let mut bytes = [0; N];
    P::fill_random(&mut bytes)
        .map_err(|error| ClusterError::system("get random numbers", &error))?;
    Ok(bytes)
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a process needs to join a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEnv {
    /// Where the coordinator listens; tried in this order. Not empty.
    pub addresses: Vec<Address>,
    /// The job's secret.
    pub secret: Secret,
    /// The rank to ask for; without it the lowest free one is given out.
    pub rank: Option<Rank>,
    /// How many bytes of coherent data this node caches at most; without it, what the coordinator says.
    pub cache_bytes: Option<u64>,
    /// How many nodes of the job are on this machine, as far as its launcher knows. If they are more than there are processors for them,
    /// nodes that wait soon sleep.
    pub local_size: Option<u32>,
    /// How many processors these nodes may use together; without it, as many as this process may. Those of nodes that are bound to one
    /// processor each are as many as there are nodes, but none of them sees that by itself.
    pub local_processors: Option<u32>,
}

impl JobEnv {
    /// The names of the variables that [`JobEnv::from_env`] reads. A launcher removes them from
    /// what it inherited before it sets its own.
    pub const VARIABLES: [&str; 6] = [JOB, SECRET, RANK, CACHE, LOCAL_SIZE, LOCAL_PROCESSORS];

    /// Reads the environment of this process; `None` when it belongs to no job (`PANGEA_JOB` is
    /// not set).
    ///
    /// # Errors
    /// [`ClusterError::Environment`] that names the variable and what is wrong with it.
    pub fn from_env() -> Result<Option<JobEnv>, ClusterError> {
        JobEnv::from_variables(|name| std::env::var_os(name))
    }

    /// The job at this address; its secret, and the wishes for rank and cache, are in the environment of this
    /// process. For who is given the address by hand.
    ///
    /// # Errors
    /// [`ClusterError::Environment`] that names the variable and what is wrong with it.
    pub fn at(address: Address) -> Result<JobEnv, ClusterError> {
        JobEnv::at_addresses(vec![address], |name| std::env::var_os(name))
    }

    fn from_variables(
        get: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<JobEnv>, ClusterError> {
        let Some(job) = text_of(&get, JOB)? else { return Ok(None) };
        JobEnv::at_addresses(addresses(&job)?, get).map(Some)
    }

    /// The job with these addresses and this secret, as [`JobEnv::texts`] has written them.
    pub(super) fn parse(job: &str, secret: &str) -> Result<JobEnv, ClusterError> {
        let secret = Secret::from_hex(secret).map_err(|wrong| problem(SECRET, wrong))?;
        Ok(JobEnv {
            addresses: addresses(job)?,
            secret,
            rank: None,
            cache_bytes: None,
            local_size: None,
            local_processors: None,
        })
    }

    /// Addresses and secret, as texts.
    pub(super) fn texts(&self) -> [String; 2] {
        let addresses: Vec<String> = self.addresses.iter().map(Address::to_string).collect();
        [addresses.join(","), self.secret.to_hex()]
    }

    fn at_addresses(
        addresses: Vec<Address>,
        get: impl Fn(&str) -> Option<OsString>,
    ) -> Result<JobEnv, ClusterError> {
        let text = |variable| text_of(&get, variable);
        let secret = text(SECRET)?.ok_or_else(|| {
            problem(SECRET, "is not set; set it to what the launcher says".to_owned())
        })?;
        let secret = Secret::from_hex(secret.trim()).map_err(|wrong| problem(SECRET, wrong))?;
        let number = |variable, what: &str| {
            let number = text(variable)?.map(|number| {
                let wrong = |_| problem(variable, format!("is {number:?}, but {what}"));
                number.trim().parse().map_err(wrong)
            });
            number.transpose()
        };
        let rank = number(RANK, "a rank is a number from 0")?.map(Rank);
        let local_size = number(LOCAL_SIZE, "so many nodes are a number from 0")?;
        let local_processors = number(LOCAL_PROCESSORS, "so many processors are a number from 0")?;
        let cache_bytes = cache_bytes(&get)?;
        Ok(JobEnv { addresses, secret, rank, cache_bytes, local_size, local_processors })
    }

    /// What the environment of this process says of the cache of a node, whether or not it names a job.
    ///
    /// # Errors
    /// [`ClusterError::Environment`] when that is no size.
    pub fn cache_bytes_from_env() -> Result<Option<u64>, ClusterError> {
        cache_bytes(&|name| std::env::var_os(name))
    }

    /// The same job, with a wish for this rank.
    pub fn for_rank(&self, rank: Rank) -> JobEnv {
        JobEnv { rank: Some(rank), ..self.clone() }
    }

    /// The variables to set for a node. They hold the secret: whoever reads the environment of the
    /// process (its user, and root) can join the job.
    pub fn to_env(&self) -> Vec<(String, String)> {
        let [addresses, secret] = self.texts();
        let mut variables = vec![(JOB.to_owned(), addresses), (SECRET.to_owned(), secret)];
        variables.extend(self.rank.map(|rank| (RANK.to_owned(), rank.to_string())));
        variables.extend(self.cache_bytes.map(|bytes| (CACHE.to_owned(), bytes.to_string())));
        let locals = [(LOCAL_SIZE, self.local_size), (LOCAL_PROCESSORS, self.local_processors)];
        let given =
            |(name, number): (&str, Option<u32>)| Some((name.to_owned(), number?.to_string()));
        variables.extend(locals.into_iter().filter_map(given));
        variables
    }
}

fn addresses(job: &str) -> Result<Vec<Address>, ClusterError> {
    job.split(',')
        .map(|address| address.trim().parse())
        .collect::<Result<_, String>>()
        .map_err(|wrong| problem(JOB, format!("is malformed: {wrong}")))
}

/// The text of a variable, if it is set.
fn text_of(
    get: &impl Fn(&str) -> Option<OsString>,
    variable: &'static str,
) -> Result<Option<String>, ClusterError> {
    match get(variable).map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(problem(variable, "is not UTF-8 text".to_owned())),
    }
}

fn cache_bytes(get: &impl Fn(&str) -> Option<OsString>) -> Result<Option<u64>, ClusterError> {
    let Some(text) = text_of(get, CACHE)? else { return Ok(None) };
    match text.parse::<Size>() {
        Ok(size) => Ok(Some(size.get() as u64)),
        Err(wrong) => Err(problem(CACHE, format!("is {text:?}: {wrong}"))),
    }
}

fn problem(variable: &'static str, problem: String) -> ClusterError {
    ClusterError::Environment { variable, problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::System;

    fn parse(variables: &[(&str, &str)]) -> Result<Option<JobEnv>, ClusterError> {
        JobEnv::from_variables(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
        })
    }

    fn env() -> JobEnv {
        JobEnv {
            addresses: vec![
                Address::Unix("pangea-1".to_owned()),
                Address::Tcp("[::1]:77".to_owned()),
            ],
            secret: Secret([0xA5; 32]),
            rank: None,
            cache_bytes: None,
            local_size: None,
            local_processors: None,
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let with_cache = JobEnv { cache_bytes: Some(3 << 20), ..env() };
        let with_others = JobEnv { local_size: Some(7), local_processors: Some(8), ..env() };
        for env in [env(), env().for_rank(Rank(3)), with_cache, with_others] {
            let variables = env.to_env();
            let variables: Vec<(&str, &str)> =
                variables.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            assert_eq!(parse(&variables), Ok(Some(env)));
        }
    }

    #[test]
    fn no_job_is_no_error() {
        assert_eq!(parse(&[(RANK, "1")]), Ok(None));
    }

    #[test]
    fn each_error_names_the_variable_and_the_problem() {
        let secret = "ab".repeat(32);
        let good = ("PANGEA_JOB", "tcp:127.0.0.1:1");
        for (variables, variable, problem) in [
            (vec![("PANGEA_JOB", "")], JOB, "unix:@NAME or tcp:HOST:PORT"),
            (vec![("PANGEA_JOB", "tcp:host")], JOB, "tcp:HOST:PORT"),
            (vec![("PANGEA_JOB", "tcp::80")], JOB, "tcp:HOST:PORT"),
            (vec![("PANGEA_JOB", "tcp:a:0")], JOB, "tcp:HOST:PORT"),
            (vec![("PANGEA_JOB", "tcp:a:1,unix:@")], JOB, "1 to 107 bytes"),
            (vec![("PANGEA_JOB", "http://a")], JOB, "not \"http://a\""),
            (vec![good], SECRET, "is not set"),
            (vec![good, (SECRET, "abc")], SECRET, "it has 3 bytes"),
            (vec![good, (SECRET, &"zz".repeat(32))], SECRET, "hexadecimal"),
            (vec![good, (SECRET, &"é".repeat(32))], SECRET, "hexadecimal"),
            (vec![good, (SECRET, &secret), (RANK, "-1")], RANK, "is \"-1\""),
            (vec![good, (SECRET, &secret), (RANK, "4294967296")], RANK, "from 0"),
            (
                vec![good, (SECRET, &secret), (CACHE, "much")],
                CACHE,
                "is \"much\": a size is a whole",
            ),
            (vec![good, (SECRET, &secret), (CACHE, "0")], CACHE, "of no use"),
        ] {
            let error = parse(&variables).expect_err("is malformed").to_string();
            assert!(error.contains(variable) && error.contains(problem), "{error}");
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = "a5".repeat(32);
        assert!(!format!("{:?}", env()).contains(&secret[..4]));
        let error = parse(&[("PANGEA_JOB", "unix:@x"), (SECRET, &secret[1..])])
            .expect_err("one digit is missing")
            .to_string();
        assert!(!error.contains("a5"), "{error}");
        assert_ne!(Secret::random::<System>(), Secret::random::<System>());
    }
}
