//! The options of `pangea bench`.

use std::net::SocketAddr;

use clap::Args;
use pangea::Model;
use pangea::cluster::{Address, CoordinatorConfig};
use verbs_shim::provider::{Choice, VerbsOptions};

use super::bench::Setting;
use super::catalog;
use super::settings::{Length, Settings};
use super::workload::ycsb::check_record_size;
use crate::failure::Failure;
use crate::options::ProviderOption;
use crate::size::{BadSize, Size};

/// How long a row is measured when nothing is said.
const DURATION: f64 = 1.0;
/// The same in the tour, which is to be short.
const TOUR_DURATION: f64 = 0.5;

/// All sizes are these powers of two, as perftest has them: 2 bytes to 8 MiB.
const ALL_SIZES: std::ops::RangeInclusive<u32> = 1..=23;

/// The options.
#[derive(Clone, Debug, Args)]
pub(crate) struct BenchOptions {
    /// Tests or groups of tests, or `all`; see --list [default: a short tour]
    #[arg(value_name = "TEST")]
    pub(crate) tests: Vec<String>,

    /// Show all tests
    #[arg(long)]
    pub(crate) list: bool,

    /// How many nodes to start on this host; with --server, how many the job has in all
    #[arg(short, long, value_name = "N", default_value = "2", value_parser = node_count())]
    pub(crate) nodes: u32,

    /// Be one node of a job by hand, and wait for the others; prints the command to type there
    #[arg(long, value_name = "ADDR:PORT", num_args = 0..=1, default_missing_value = SERVER, conflicts_with_all = ["connect", "json", "plot", "compare"])]
    pub(crate) server: Option<SocketAddr>,

    /// Be another node of such a job: measure, and tell the results
    ///
    /// The server says the address, and the secret, which is taken from the environment
    /// (PANGEA_SECRET).
    #[arg(long, value_name = "ADDR:PORT", value_parser = address, conflicts_with_all = ["nodes", "provider", "memory"])]
    pub(crate) connect: Option<Address>,

    /// What moves the bytes between nodes [auto: verbs with --server or a NIC that is named, else shm]
    #[arg(long, value_enum, default_value_t = ProviderOption::Auto)]
    pub(crate) provider: ProviderOption,

    /// The NIC, such as mlx5_0 [default: the first that can be used]
    #[arg(short, long, value_name = "NAME", help_heading = "NIC")]
    pub(crate) device: Option<String>,

    /// The port of the NIC, from 1 [default: the first that can be used]
    #[arg(short, long, value_name = "N", help_heading = "NIC", value_parser = clap::value_parser!(u8).range(1..))]
    pub(crate) port: Option<u8>,

    /// The index of the address in the port's GID table [default: the best]
    #[arg(short = 'x', long, value_name = "N", help_heading = "NIC")]
    pub(crate) gid_index: Option<u8>,

    /// Memory that each node contributes, such as 64M or 1GiB [default: what the tests need]
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory: Option<Size>,

    /// Memory in which each node caches coherent data [default: 64 MiB, or as the server says]
    #[arg(long, value_name = "SIZE", env = "PANGEA_CACHE")]
    pub(crate) cache: Option<Size>,

    /// Bytes of one operation, such as 8 or 64K [default: the test's own]
    #[arg(short, long, value_name = "SIZE", help_heading = "Measuring")]
    pub(crate) size: Option<Size>,

    /// All sizes from 2 bytes to 8 MiB, in powers of two, as far as the test can
    #[arg(short, long, conflicts_with = "size", help_heading = "Measuring")]
    pub(crate) all_sizes: bool,

    /// Operations to measure on each thread [default: as many as there are in the duration]
    #[arg(long, value_name = "N", conflicts_with = "duration", help_heading = "Measuring", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub(crate) iters: Option<u64>,

    /// How long to measure each row [default: 1, and 0.5 in the tour]
    #[arg(short = 'D', long, value_name = "SECONDS", help_heading = "Measuring", value_parser = duration)]
    pub(crate) duration: Option<f64>,

    /// Operations before measuring begins [default: a tenth of what is measured]
    #[arg(long, value_name = "N", help_heading = "Measuring", value_parser = clap::value_parser!(u64).range(..=1 << 40))]
    pub(crate) warmup: Option<u64>,

    /// Operations kept in flight [default: the test's own]
    #[arg(long, value_name = "N", help_heading = "Measuring", value_parser = clap::value_parser!(u32).range(1..=65_536))]
    pub(crate) depth: Option<u32>,

    /// Operations for each doorbell [default: the test's own]
    #[arg(short = 'l', long, value_name = "N", help_heading = "Measuring", value_parser = clap::value_parser!(u32).range(1..=i64::from(Setting::MOST_BATCH)))]
    pub(crate) batch: Option<u32>,

    /// Threads that measure, on each node that does; of a list such as 1,2,4 each in turn
    #[arg(long, value_name = "N,…", default_value = "1", value_delimiter = ',', help_heading = "Measuring", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub(crate) threads: Vec<u32>,

    /// Both sides at once; rates are sums
    #[arg(short, long, help_heading = "Measuring")]
    pub(crate) bidirectional: bool,

    /// The consistency model, where it is a setting of the test [default: the test's own]
    #[arg(long, value_name = "MODEL", help_heading = "Measuring")]
    pub(crate) model: Option<Model>,

    /// Memory of each node of which the table of GUPS takes about half [default: 128M]
    #[arg(long, value_name = "SIZE", help_heading = "Measuring")]
    pub(crate) table: Option<Size>,

    /// Records of YCSB [default: 10000]
    #[arg(long, value_name = "N", help_heading = "Measuring", value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    pub(crate) records: Option<u64>,

    /// Bytes of a record of YCSB, which has ten fields [default: 1000]
    #[arg(long, value_name = "SIZE", help_heading = "Measuring", value_parser = record_size)]
    pub(crate) record_size: Option<Size>,

    /// How often to measure each row
    #[arg(long, value_name = "N", default_value = "1", help_heading = "Measuring", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) repeat: u32,

    /// Write everything as JSON to FILE; `-` or nothing: to standard output, in place of the table
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-", help_heading = "Results", value_parser = json_file)]
    pub(crate) json: Option<String>,

    /// Draw latency and bandwidth over size, and throughput over threads
    #[arg(long, value_name = "FILE.svg", help_heading = "Results")]
    pub(crate) plot: Option<String>,

    /// Show the ratio of each median to that of an earlier run, from what that wrote with --json
    #[arg(long, value_name = "OLD.json", help_heading = "Results")]
    pub(crate) compare: Option<String>,
}

/// Where a server listens when nothing is said.
const SERVER: &str = "0.0.0.0:18516";

fn node_count() -> impl clap::builder::TypedValueParser<Value = u32> {
    clap::value_parser!(u32).range(1..=i64::from(CoordinatorConfig::MAX_SIZE))
}

/// `HOST:PORT`, or an address as the server prints it.
fn address(text: &str) -> Result<Address, String> {
    if text.contains(":@") || text.starts_with("tcp:") {
        return text.parse();
    }
    format!("tcp:{text}").parse().map_err(|_: String| {
        "an address is HOST:PORT (or unix:@NAME on one host), as the server prints it".to_owned()
    })
}

fn duration(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        // More than a day is taken for a mistake.
        Ok(seconds) if (0.001..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds is wanted, from 0.001 to 86400".to_owned()),
    }
}

/// A size that a record can have.
fn record_size(text: &str) -> Result<Size, String> {
    let size: Size = text.parse().map_err(|error: BadSize| error.to_string())?;
    check_record_size(size.get())?;
    Ok(size)
}

/// A file, and not one of the tests, which somebody may have meant to come next.
fn json_file(text: &str) -> Result<String, String> {
    match catalog::is_known(text) {
        true => Err(format!(
            "{text} is a test; write tests before --json, or name the file as --json=./{text}"
        )),
        false => Ok(text.to_owned()),
    }
}

impl BenchOptions {
    /// What they ask for.
    pub(crate) fn settings(&self) -> Settings {
        let sizes = match (self.size, self.all_sizes) {
            (Some(size), _) => vec![size.get() as u64],
            (None, true) => ALL_SIZES.map(|power| 1 << power).collect(),
            (None, false) => Vec::new(),
        };
        let usual = if self.tests.is_empty() { TOUR_DURATION } else { DURATION };
        let length = match self.iters {
            Some(iterations) => Length::Iterations(iterations),
            None => Length::Seconds(self.duration.unwrap_or(usual)),
        };
        Settings {
            tests: self.tests.clone(),
            nodes: self.nodes,
            memory: 0,
            sizes,
            all_sizes: self.all_sizes,
            length,
            warmup: self.warmup,
            depth: self.depth,
            batch: self.batch,
            threads: self.each_thread_count(),
            bidirectional: self.bidirectional,
            model: self.model,
            table: self.table.map(|size| size.get() as u64),
            records: self.records,
            record_size: self.record_size.map(|size| size.get() as u64),
            repeat: self.repeat,
            device: self.device.clone(),
            port: self.port,
            gid_index: self.gid_index,
            json: self.json.clone(),
            plot: self.plot.clone(),
            compare: self.compare.clone(),
        }
    }

    /// The numbers of threads, each once.
    fn each_thread_count(&self) -> Vec<u32> {
        let mut counts = Vec::new();
        for threads in &self.threads {
            if !counts.contains(threads) {
                counts.push(*threads);
            }
        }
        counts
    }

    /// Which NIC to use: what the environment says, but for what is said here.
    pub(crate) fn verbs(&self) -> Result<VerbsOptions, Failure> {
        let mut options = VerbsOptions::from_env().map_err(Failure::usage)?;
        if let Some(device) = &self.device {
            options.device = Some(device.clone());
        }
        options.port = self.port.or(options.port);
        options.gid_index = self.gid_index.or(options.gid_index);
        Ok(options)
    }

    /// The options for the other end of a job by hand: what is to be measured. Which NIC to use is a matter of
    /// each host, but for those who name it the same everywhere it is there, too.
    pub(crate) fn for_client(&self) -> Vec<String> {
        let mut words = self.tests.clone();
        let mut add = |name: &str, value: Option<String>| {
            words.extend(value.map(|value| format!("--{name}={value}")));
        };
        add("device", self.device.clone());
        add("port", self.port.map(|it| it.to_string()));
        add("gid-index", self.gid_index.map(|it| it.to_string()));
        add("size", self.size.map(|it| it.get().to_string()));
        add("iters", self.iters.map(|it| it.to_string()));
        add("duration", self.duration.map(|it| it.to_string()));
        add("warmup", self.warmup.map(|it| it.to_string()));
        add("depth", self.depth.map(|it| it.to_string()));
        add("batch", self.batch.map(|it| it.to_string()));
        let threads: Vec<String> = self.threads.iter().map(u32::to_string).collect();
        add("threads", (threads != ["1"]).then(|| threads.join(",")));
        add("model", self.model.map(|it| it.to_string()));
        add("table", self.table.map(|it| it.get().to_string()));
        add("records", self.records.map(|it| it.to_string()));
        add("record-size", self.record_size.map(|it| it.get().to_string()));
        add("repeat", (self.repeat > 1).then(|| self.repeat.to_string()));
        words.extend(self.all_sizes.then(|| "--all-sizes".to_owned()));
        words.extend(self.bidirectional.then(|| "--bidirectional".to_owned()));
        words
    }

    /// The provider; nodes by hand are on several hosts if nothing is said.
    ///
    /// # Errors
    /// For a NIC that the provider would not use.
    pub(crate) fn choice(&self) -> Result<Choice, Failure> {
        let nic = [
            ("--device", self.device.is_some()),
            ("--port", self.port.is_some()),
            ("--gid-index", self.gid_index.is_some()),
        ];
        let nic = nic.into_iter().find_map(|(option, is_given)| is_given.then_some(option));
        match (self.provider, nic) {
            (ProviderOption::Auto, Some(_)) => Ok(Choice::Verbs),
            (ProviderOption::Auto, None) => Ok(Choice::recommended(self.server.is_none())),
            (ProviderOption::Shm, Some(option)) => Err(Failure::usage(format_args!(
                "{option} is of a NIC, which the provider shm does not use; leave it out, or --provider shm"
            ))),
            (chosen, _) => Ok(chosen.choice()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::options::{Command, Options};

    fn parse(line: &str) -> Result<BenchOptions, String> {
        let words = ["pangea", "bench"].into_iter().chain(line.split_whitespace());
        match Options::try_parse_from(words) {
            Ok(Options { command: Command::Bench(options) }) => Ok(*options),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn users_of_perftest_find_their_options() {
        let options =
            parse("read-lat -s 64K -D 2.5 --depth 16 -l 4 -b -d mlx5_0 -p 2 -x 3").unwrap();
        let settings = options.settings();
        assert_eq!(settings.tests, ["read-lat"]);
        assert_eq!((settings.sizes, settings.length), (vec![65_536], Length::Seconds(2.5)));
        assert_eq!((settings.depth, settings.batch), (Some(16), Some(4)));
        assert!(settings.bidirectional);
        assert_eq!((settings.device.as_deref(), settings.port), (Some("mlx5_0"), Some(2)));
        assert_eq!(options.verbs().unwrap().gid_index, Some(3));
        let settings = parse("get --iters 500 --warmup 7 --threads 3 -n 4").unwrap().settings();
        assert_eq!((settings.length, settings.warmup), (Length::Iterations(500), Some(7)));
        assert_eq!((settings.threads, settings.nodes), (vec![3], 4));
        assert_eq!(parse("get --threads 4,1,4").unwrap().settings().threads, [4, 1]);
    }

    #[test]
    fn the_defaults_depend_on_what_is_asked_for() {
        assert_eq!(parse("").unwrap().settings().length, Length::Seconds(TOUR_DURATION));
        let one = parse("get").unwrap();
        assert_eq!(one.settings().length, Length::Seconds(DURATION));
        assert_eq!(one.choice().unwrap(), Choice::Shm);
        let server = parse("get --server").unwrap();
        assert_eq!(
            (server.choice().unwrap(), server.server.unwrap().port()),
            (Choice::Verbs, 18516)
        );
        let by_hand = parse("--server --provider shm").unwrap();
        assert_eq!(by_hand.choice().unwrap(), Choice::Shm);
        for nic in ["-d mlx5_0", "-p 1", "-x 3"] {
            assert_eq!(parse(nic).unwrap().choice().unwrap(), Choice::Verbs, "{nic}");
            assert!(parse(&format!("{nic} --provider shm")).unwrap().choice().is_err(), "{nic}");
        }
        let all = parse("get -a").unwrap().settings().sizes;
        assert_eq!((all.first(), all.last(), all.len()), (Some(&2), Some(&(8 << 20)), 23));
    }

    #[test]
    fn a_client_is_told_what_the_server_was() {
        let line = "get put -s 64 --iters 9 --warmup 1 --depth 4 -l 2 --threads 3,1 -b --model strict \
                    --repeat 2 -d rxe0 -p 1 -x 0 --table 1M --records 9 --record-size 160";
        let server = parse(&format!("{line} -n 3 --memory 1G --server 10.0.0.1:9")).unwrap();
        let client = parse(&server.for_client().join(" ")).unwrap();
        assert_eq!(client.server, None);
        let here = Settings { nodes: 2, ..server.settings() };
        assert_eq!((client.settings(), client.verbs().unwrap()), (here, server.verbs().unwrap()));
        let tour = parse("-a -D 0.25 --server").unwrap();
        assert_eq!(parse(&tour.for_client().join(" ")).unwrap().settings(), tour.settings());
        assert!(parse("--server").unwrap().for_client().is_empty());
    }

    #[test]
    fn results_go_where_they_are_wanted() {
        assert_eq!(parse("get").unwrap().json, None);
        assert_eq!(parse("get --json").unwrap().json.as_deref(), Some("-"));
        assert_eq!(parse("get --json x.json").unwrap().json.as_deref(), Some("x.json"));
        assert_eq!(parse("get --json --plot x.svg").unwrap().plot.as_deref(), Some("x.svg"));
    }

    #[test]
    fn a_server_is_found_by_its_address() {
        let connect = |address: &str| parse(&format!("get --connect {address}")).unwrap().connect;
        assert_eq!(connect("node7:18516"), Some(Address::Tcp("node7:18516".to_owned())));
        assert_eq!(connect("[fe80::1]:9"), Some(Address::Tcp("[fe80::1]:9".to_owned())));
        assert_eq!(connect("tcp:10.0.0.1:9"), Some(Address::Tcp("10.0.0.1:9".to_owned())));
        assert_eq!(connect("unix:@pangea-1"), Some(Address::Unix("pangea-1".to_owned())));
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        for (line, reason) in [
            ("-n 0", "1..=65535"),
            ("-s 0", "0 bytes"),
            ("-s 12Q", "K, M, G or T"),
            ("-s 8 -a", "cannot be used with"),
            ("--iters 0", "0 is not in"),
            ("--iters 5 -D 1", "cannot be used with"),
            ("-D 0", "from 0.001"),
            ("-D nan", "from 0.001"),
            ("-D 1e300", "to 86400"),
            ("--depth 0", "0 is not in"),
            ("-l 0", "0 is not in"),
            ("--threads 0", "0 is not in"),
            ("--threads 257", "1..=256"),
            ("--repeat 0", "0 is not in"),
            ("-p 0", "0 is not in"),
            ("-p 256", "256 is not in"),
            ("-x -1", "unexpected argument"),
            ("--provider tcp", "auto, shm, verbs"),
            ("--model lax", "relaxed, strict, sequential or release"),
            ("--server nowhere", "invalid socket address"),
            ("--server --connect a:1", "cannot be used with"),
            ("--server --json", "cannot be used with"),
            ("--server --compare old.json", "cannot be used with"),
            ("--connect a:1 -n 2", "cannot be used with"),
            ("--connect nowhere", "HOST:PORT"),
            ("--connect a:0", "HOST:PORT"),
            ("--records 0", "0 is not in"),
            ("--record-size 1001", "10 fields"),
            ("--table 12Q", "K, M, G or T"),
            ("--json get", "get is a test"),
        ] {
            let error = parse(line).expect_err(line);
            assert!(error.contains(reason), "{line}: {error}");
        }
    }
}
