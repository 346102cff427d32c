//! Programs in process groups of their own: whatever a test starts, it ends, on a panic too.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tempfile::TempDir;

/// How long a group may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(3);

/// One program and all that it starts.
pub(crate) struct Group {
    leader: Child,
    name: String,
}

impl Group {
    /// Starts `command` as the leader of a new group, with nothing on standard input and its
    /// errors in `log`.
    pub(crate) fn spawn(command: &mut Command, log: &Path) -> Result<Self, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        let errors = File::create(log).map_err(|error| format!("{}: {error}", log.display()))?;
        command
            .process_group(0)
            .stdin(Stdio::null())
            .stderr(errors)
            .spawn()
            .map(|leader| Self { leader, name: name.clone() })
            .map_err(|error| format!("cannot start {name}: {error}"))
    }

    /// The leader's standard output, where the command asked for a pipe.
    pub(crate) fn stdout(&mut self) -> Option<impl io::Read + Send + 'static> {
        self.leader.stdout.take()
    }

    fn group(&self) -> Option<Pid> {
        Pid::from_raw(i32::try_from(self.leader.id()).ok()?)
    }

    fn end(&mut self) {
        let Some(group) = self.group() else { return };
        let _ = kill_process_group(group, Signal::TERM);
        let deadline = Instant::now() + GRACE;
        // The leader is reaped first: until then its own entry keeps the group alive.
        while Instant::now() < deadline {
            let leader_ended = !matches!(self.leader.try_wait(), Ok(None));
            if leader_ended && test_kill_process_group(group).is_err() {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        let _ = kill_process_group(group, Signal::KILL);
        let _ = self.leader.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Group({} {})", self.name, self.leader.id())
    }
}

/// A fresh directory; short, since browsers put Unix sockets beneath it, whose paths have at most
/// 108 bytes.
pub(crate) fn scratch() -> Result<TempDir, String> {
    tempfile::Builder::new()
        .prefix("cors-")
        .tempdir()
        .map_err(|error| format!("no directory: {error}"))
}

/// A directory within another, created.
pub(crate) fn within(directory: &TempDir, name: &str) -> Result<PathBuf, String> {
    let path = directory.path().join(name);
    fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// A port on which nobody listens now.
pub(crate) fn free_port() -> Result<u16, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}

/// The first of these programs that is in `PATH`, or where Cargo installs.
pub(crate) fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let cargo = std::env::var_os("CARGO_HOME").map(|home| PathBuf::from(home).join("bin"));
    let directories: Vec<PathBuf> = std::env::split_paths(&path).chain(cargo).collect();
    names
        .iter()
        .flat_map(|name| directories.iter().map(move |directory| directory.join(name)))
        .find(|candidate| candidate.is_file())
}
