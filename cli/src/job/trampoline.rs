//! What runs in a node before its program: it ties the node's life to the launcher's.
//!
//! The launcher starts itself again as `pangea __node PID PROGRAM ARGS…`. That process asks the
//! kernel to be killed when its parent dies, makes sure that the parent had not died before that,
//! and becomes the program. The wish outlives `exec`, so no program has to know of it, and even a
//! launcher that is killed by `SIGKILL` leaves no nodes behind. (Programs with set-user-id bits are
//! the exception: the kernel drops the wish for them.)

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

use crate::failure::{FAILED, Failure, NOT_EXECUTABLE, NOT_FOUND};

/// The arguments of the hidden subcommand.
#[derive(Debug, clap::Args)]
pub(crate) struct TrampolineOptions {
    /// The process id of the launcher.
    launcher: i32,
    /// The file to execute.
    file: PathBuf,
    /// Its name as it was typed, then its arguments.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Ties this process to the launcher: it is killed when the launcher dies.
pub(crate) fn end_with(launcher: i32) -> Result<(), Failure> {
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(|error| {
        Failure::failed(format_args!("a node cannot be tied to its launcher: {error}"))
    })?;
    // A parent that died before the call above sends no signal any more.
    if getppid().map(Pid::as_raw_pid) != Some(launcher) {
        return Err(Failure::failed("the launcher is gone; this node does not start"));
    }
    Ok(())
}

/// Becomes the program. Returns only when that fails.
pub(crate) fn become_program(options: &TrampolineOptions) -> ExitCode {
    if let Err(failure) = end_with(options.launcher) {
        return failure.report();
    }
    let (name, arguments) = match options.arguments.split_first() {
        Some((name, arguments)) => (name.clone(), arguments),
        None => (options.file.clone().into_os_string(), &[][..]),
    };
    let error = Command::new(&options.file).arg0(name).args(arguments).exec();
    let status = match error.kind() {
        std::io::ErrorKind::NotFound => NOT_FOUND,
        std::io::ErrorKind::PermissionDenied => NOT_EXECUTABLE,
        _ => FAILED,
    };
    let what = options.file.display();
    Failure::new(status, format_args!("the program {what} cannot be executed: {error}")).report()
}
