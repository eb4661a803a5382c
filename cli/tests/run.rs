//! `pangea run`: output, input, signals and exit statuses.

mod common;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{Guard, kill, output_of, pangea, provider, run_role, run_script, test_node};

#[test]
fn output_is_prefixed_by_rank() {
    let script = "echo to stdout; echo to stderr >&2; printf 'no line end'";
    let finished = output_of(&mut run_script(3, &[], script)).success();
    let lines: Vec<String> = (0..3)
        .flat_map(|rank| [format!("[{rank}] no line end"), format!("[{rank}] to stdout")])
        .collect();
    assert_eq!(finished.sorted_lines(), lines);
    let mut errors: Vec<&str> = finished.stderr.lines().collect();
    errors.sort_unstable();
    assert_eq!(errors, ["[0] to stderr", "[1] to stderr", "[2] to stderr"]);
}

#[test]
fn output_is_safe_for_all_bytes() {
    let finished = output_of(&mut run_script(1, &[], r"printf '\377\000\r\n\303'")).success();
    assert_eq!(finished.stdout_bytes, b"[0] \xff\0\r\n[0] \xc3\n");
}

#[test]
fn lines_do_not_mix() {
    let script = "i=0; while [ $i -lt 2000 ]; do echo $PANGEA_RANK-$i-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; \
                  i=$((i+1)); done";
    let finished = output_of(&mut run_script(4, &[], script)).success();
    let mut next = [0; 4];
    for line in finished.stdout.lines() {
        let rank: usize = line[1..2].parse().unwrap();
        assert_eq!(line, format!("[{rank}] {rank}-{}-{}", next[rank], "x".repeat(32)));
        next[rank] += 1;
    }
    assert_eq!(next, [2000; 4]);
}

#[test]
fn nodes_find_each_other() {
    let finished = output_of(&mut run_role(4, "sum")).success();
    let lines: Vec<String> = (0..4)
        .map(|rank| format!("[{rank}] rank {rank} of 4 over {}: sum 6", provider()))
        .collect();
    assert_eq!(finished.sorted_lines(), lines);
}

#[test]
fn nodes_are_told_how_many_share_how_many_processors() {
    // Not those that each of them may use.
    let script = "exec taskset -c \"$(taskset -pc $$ | grep -o '[0-9]*$')\" \
                  sh -c 'echo $PANGEA_LOCAL_SIZE of $PANGEA_LOCAL_PROCESSORS'";
    let finished = output_of(&mut run_script(2, &[], script)).success();
    let processors = std::thread::available_parallelism().unwrap();
    let lines = [0, 1].map(|rank| format!("[{rank}] 2 of {processors}"));
    assert_eq!(finished.sorted_lines(), lines);
}

#[test]
fn nodes_are_told_how_much_to_cache() {
    let shown = |options: &[&str], environment: &str, own: &str| {
        let script = format!("{own} exec {} cache", test_node().display());
        let mut command = run_script(1, options, &script);
        if !environment.is_empty() {
            command.env("PANGEA_CACHE", environment);
        }
        output_of(&mut command).success().stdout
    };
    let mebibytes = |count: u64| format!("[0] {}\n", count << 20);
    assert_eq!(shown(&[], "", ""), mebibytes(64));
    assert_eq!(shown(&["--cache", "3M"], "", ""), mebibytes(3));
    assert_eq!(shown(&[], "5M", ""), mebibytes(5));
    assert_eq!(shown(&["--cache", "3M"], "5M", ""), mebibytes(3), "the nearer word counts");
    assert_eq!(shown(&["--cache", "3M"], "5M", "PANGEA_CACHE=7MiB"), mebibytes(7));
    let script = format!("PANGEA_CACHE=much exec {} cache", test_node().display());
    output_of(&mut run_script(1, &[], &script))
        .failure(1, &["PANGEA_CACHE", "\"much\"", "64M or 1GiB"]);
}

#[test]
fn plain_output_is_that_of_the_nodes() {
    let script = "printf \"$PANGEA_RANK,\"; echo error >&2; printf '\\377'";
    let finished = output_of(&mut run_script(2, &["--plain"], script)).success();
    let mut bytes = finished.stdout_bytes.clone();
    bytes.sort_unstable();
    assert_eq!(bytes, b",,01\xff\xff");
    assert_eq!(finished.stderr, "error\nerror\n");
    let finished = output_of(&mut run_script(2, &["--plain"], "exit $((3 * PANGEA_RANK))"));
    finished.failure(3, &["rank 1 ended with status 3"]);
}

#[test]
fn plain_input_goes_to_rank_0() {
    let mut command = run_script(2, &["--plain"], "echo \"$PANGEA_RANK: $(cat)\"");
    let mut child = Guard(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap());
    child.0.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let output = std::io::read_to_string(child.0.stdout.take().unwrap()).unwrap();
    let mut lines: Vec<&str> = output.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["0: hello", "1: "]);
    assert!(child.0.wait().unwrap().success());
}

#[test]
fn what_is_typed_goes_to_rank_0() {
    let (mut keyboard, terminal) = terminal();
    let mut command = run_script(2, &["--plain"], "echo \"$PANGEA_RANK: $(cat)\"");
    let mut child = Guard(command.stdin(terminal).stdout(Stdio::piped()).spawn().unwrap());
    // The end of input is a letter.
    keyboard.write_all(b"hello\nthere\n\x04").unwrap();
    let output = std::io::read_to_string(child.0.stdout.take().unwrap()).unwrap();
    let mut lines: Vec<&str> = output.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["0: hello", "1: ", "there"]);
    assert!(child.0.wait().unwrap().success());
}

/// A terminal: what is typed, and what is read.
fn terminal() -> (File, File) {
    let keyboard = File::options().read(true).write(true).open("/dev/ptmx").unwrap();
    let (mut number, mut unlock): (libc::c_uint, libc::c_int) = (0, 0);
    // SAFETY: the system reads and writes one number each.
    let made = unsafe {
        libc::ioctl(keyboard.as_raw_fd(), libc::TIOCSPTLCK, &raw mut unlock)
            | libc::ioctl(keyboard.as_raw_fd(), libc::TIOCGPTN, &raw mut number)
    };
    assert_eq!(made, 0, "{}", std::io::Error::last_os_error());
    // Not to become the terminal that this test can be interrupted from.
    let mut options = File::options();
    let options = options.read(true).write(true).custom_flags(libc::O_NOCTTY);
    (keyboard, options.open(format!("/dev/pts/{number}")).unwrap())
}

#[test]
fn input_goes_to_rank_0() {
    let mut command = run_script(3, &[], "cat");
    let mut child = Guard(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap());
    child.0.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let output = std::io::read_to_string(child.0.stdout.take().unwrap()).unwrap();
    assert!(child.0.wait().unwrap().success());
    assert_eq!(output, "[0] hello\n");
}

#[test]
fn the_status_is_that_of_the_first_failure() {
    let fail = "if [ $PANGEA_RANK = 1 ]; then exit 7; else sleep 0.3; exit 9; fi";
    output_of(&mut run_script(3, &[], fail)).failure(
        7,
        &["rank 1 ended with status 7", "rank 0 ended with status 9", "rank 2 ended with status 9"],
    );
    let killed = "if [ $PANGEA_RANK = 1 ]; then kill -KILL $$; fi";
    output_of(&mut run_script(2, &[], killed)).failure(137, &["rank 1 was killed by SIGKILL"]);
    let quiet = output_of(&mut run_script(2, &[], "exit 0")).success();
    assert_eq!(quiet.stderr, "");
}

#[test]
fn nodes_that_do_not_end_are_ended_after_the_grace() {
    let stay = "if [ $PANGEA_RANK = 1 ]; then exit 3; else exec sleep 60; fi";
    let finished = output_of(&mut run_script(3, &["--grace", "0.3"], stay));
    let finished = finished.failure(
        3,
        &["rank 1 ended with status 3", "rank 0 did not end by itself and was ended with SIGTERM"],
    );
    assert!(finished.took < Duration::from_secs(10), "{finished:?}");

    // The other fails when this one does not listen any more.
    let folder = tempfile::tempdir().unwrap();
    let deaf = folder.path().join("deaf");
    let stubborn = format!(
        "if [ $PANGEA_RANK = 1 ]; then until [ -e {0} ]; do sleep 0.01; done; exit 3; fi; \
         trap '' TERM; touch {0}; while true; do sleep 0.1; done",
        deaf.display(),
    );
    let finished = output_of(&mut run_script(2, &["--grace", "0.1"], &stubborn));
    let finished =
        finished.failure(3, &["rank 0 did not end by itself and was ended with SIGKILL"]);
    assert!(finished.took < Duration::from_secs(15), "{finished:?}");
}

#[test]
fn what_a_node_leaves_in_its_group_ends_with_it() {
    let finished = output_of(&mut run_script(1, &[], "sleep 300 & echo $!")).success();
    let process: u32 = finished.stdout.trim().rsplit(' ').next().unwrap().parse().unwrap();
    common::wait_for_end(&[process], Duration::from_secs(2));
}

#[test]
fn programs_that_cannot_be_run_are_told_as_shells_do() {
    let run = |program: &str| output_of(&mut pangea(&["run", "-n", "2", "--", program]));
    run("no-such-program-anywhere").failure(127, &["no program no-such-program-anywhere in PATH"]);
    run("/no/such/program").failure(127, &["/no/such/program", "does not exist"]);
    run("/tmp").failure(126, &["it is a folder"]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("program");
    std::fs::write(&file, "text").unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    run(file.to_str().unwrap()).failure(126, &["permission denied"]);
}

#[test]
fn nonsense_is_refused_before_anything_starts() {
    let run = |arguments: &[&str]| {
        let mark = tempfile::tempdir().unwrap();
        let file = mark.path().join("started");
        let touch = ["--", "touch", file.to_str().unwrap()];
        let finished = output_of(pangea(&["run"]).args(arguments).args(touch));
        assert!(!file.exists(), "{arguments:?} started something");
        finished
    };
    run(&["-n", "0"]).failure(2, &["1..=65535"]);
    run(&["-n", "65536"]).failure(2, &["1..=65535"]);
    run(&["-n", "2", "--memory", "lots"]).failure(2, &["K, M, G or T"]);
    run(&["-n", "2", "--memory", "0"]).failure(2, &["0 bytes"]);
    run(&["-n", "2", "--memory", "63K"]).failure(2, &["63 KiB", "64 KiB", "--memory"]);
    run(&["-n", "2", "--memory", "900T"]).failure(2, &["of memory", "--memory"]);
    run(&["-n", "2", "--provider", "tcp"]).failure(2, &["shm"]);
    run(&["-n", "2", "--listen", "nowhere"]).failure(2, &["--listen"]);
    run(&["-n", "2", "--memory", "1M", "--listen", "192.0.2.1:1"]).failure(2, &["192.0.2.1:1"]);
    run(&[]).failure(2, &["-n"]);
}

#[test]
fn a_provider_that_is_not_there_is_told_before_anything_starts() {
    let mut command = run_script(2, &["--provider", "verbs"], "echo started");
    // A library that is not there makes every machine one without RDMA.
    command.env("PANGEA_VERBS_LIBRARY", "/nowhere/libibverbs.so.1");
    let finished = output_of(&mut command).failure(2, &["verbs", "/nowhere/libibverbs.so.1"]);
    assert_eq!(finished.stdout, "");
}

#[test]
fn the_memory_may_come_from_the_environment() {
    let run = || pangea(&["run", "-n", "1", "--", "true"]);
    output_of(run().env("PANGEA_MEMORY", "1M")).success();
    output_of(run().env("PANGEA_MEMORY", "much")).failure(2, &["much", "K, M, G or T"]);
}

/// Starts a job whose nodes tell when they are ready; what they print then.
fn started(script: &str, nodes: usize) -> (Guard, std::io::Lines<impl BufRead>) {
    let mut command = run_script(nodes, &[], script);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Guard(command.spawn().unwrap());
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    for _ in 0..nodes {
        let line = lines.next().unwrap().unwrap();
        assert!(line.ends_with("] ready"), "{line}");
    }
    (child, lines)
}

#[test]
fn signals_are_forwarded() {
    for signal in ["INT", "TERM", "HUP", "QUIT", "USR1", "USR2"] {
        let script = format!(
            "trap 'echo got {signal}; exit 4' {signal}; echo ready; while true; do sleep 0.02; done"
        );
        let (mut child, lines) = started(&script, 2);
        kill(child.0.id(), signal);
        let mut lines: Vec<String> = lines.map(Result::unwrap).collect();
        lines.sort_unstable();
        assert_eq!(lines, [format!("[0] got {signal}"), format!("[1] got {signal}")]);
        assert_eq!(child.0.wait().unwrap().code(), Some(4));
    }
}

#[test]
fn a_signal_that_kills_the_nodes_shows_in_the_status() {
    let (mut child, _) = started("echo ready; exec sleep 60", 3);
    kill(child.0.id(), "INT");
    assert_eq!(child.0.wait().unwrap().code(), Some(130));
}

#[test]
fn the_same_signal_twice_ends_the_job() {
    let (mut child, lines) =
        started("trap 'echo got' INT; echo ready; while true; do sleep 0.02; done", 2);
    kill(child.0.id(), "INT");
    let got: Vec<String> = lines.take(2).map(Result::unwrap).collect();
    assert!(got.iter().all(|line| line.ends_with("got")), "{got:?}");
    let start = Instant::now();
    kill(child.0.id(), "INT");
    assert_eq!(child.0.wait().unwrap().code(), Some(137));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_reader_that_goes_away_ends_the_writers() {
    let mut command = run_script(2, &[], "while echo line; do :; done");
    let mut child = Guard(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let start = Instant::now();
    assert_ne!(child.0.wait().unwrap().code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_program_may_have_arguments_that_look_like_ours() {
    let finished = output_of(&mut pangea(&[
        "run", "-n", "1", "--memory", "1M", "echo", "-n", "5", "--memory",
    ]));
    assert_eq!(finished.success().stdout, "[0] 5 --memory\n");
}
