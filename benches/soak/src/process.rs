//! A process that this program has started: itself, in another part.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    env, fs, io,
    process::Stdio,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// Killed when this value is dropped.
pub struct Process {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    pid: Pid,
    pub log: Arc<Log>,
}

/// What a process has written to its standard error.
#[derive(Default)]
pub struct Log {
    pub bytes: AtomicU64,
    /// The first line that tells of a panic.
    pub panic: Mutex<Option<String>>,
}

impl Process {
    pub fn start(arguments: &[&str]) -> io::Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let piped = || io::Error::other("the process has no pipe");
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let log = Arc::new(Log::default());
        let mut errors = BufReader::new(child.stderr.take().ok_or_else(piped)?);
        tokio::spawn({
            let log = log.clone();
            async move {
                let mut line = Vec::new();
                while errors.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
                    log.read(&line);
                    line.clear();
                }
            }
        });
        Ok(Self {
            input: child.stdin.take().ok_or_else(piped)?,
            output: BufReader::new(child.stdout.take().ok_or_else(piped)?).lines(),
            pid: id.ok_or_else(piped)?,
            child,
            log,
        })
    }

    /// The next line that it prints.
    pub async fn line(&mut self) -> io::Result<String> {
        self.output.next_line().await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Sends a command and waits until it has been obeyed.
    pub async fn tell(&mut self, command: &str) -> io::Result<String> {
        self.input.write_all(format!("{command}\n").as_bytes()).await?;
        self.line().await
    }

    /// It stands still, with its connections open.
    pub fn stop(&self) -> io::Result<()> {
        Ok(kill_process(self.pid, Signal::STOP)?)
    }

    pub fn resume(&self) -> io::Result<()> {
        Ok(kill_process(self.pid, Signal::CONT)?)
    }

    pub async fn kill(&mut self) -> io::Result<()> {
        self.child.kill().await
    }

    /// What can be seen of it while it obeys.
    pub fn observed(&self) -> Observed {
        Observed { pid: self.pid, log: self.log.clone() }
    }

    pub fn descriptors(&self) -> usize {
        self.observed().descriptors()
    }
}

/// A process, seen from outside.
pub struct Observed {
    pid: Pid,
    pub log: Arc<Log>,
}

impl Observed {
    /// Resident memory, in KB.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid.as_raw_nonzero()));
        let status = status.unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
    }

    /// Open descriptors.
    pub fn descriptors(&self) -> usize {
        let folder = fs::read_dir(format!("/proc/{}/fd", self.pid.as_raw_nonzero()));
        folder.map(Iterator::count).unwrap_or_default()
    }
}

impl Log {
    fn read(&self, line: &[u8]) {
        self.bytes.fetch_add(line.len() as u64, Relaxed);
        let text = String::from_utf8_lossy(line);
        if text.contains("panicked at") {
            let mut panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner);
            panic.get_or_insert_with(|| text.trim_end().to_owned());
        }
    }
}
