//! The playground's program: found, started, ended.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{OnceLock, mpsc},
    thread,
    time::{Duration, Instant, SystemTime},
};

/// No start and no end takes longer, on a busy machine either.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running playground; dropped, it is ended.
#[derive(Debug)]
pub(crate) struct Playground {
    child: Child,
    stdout: Option<BufReader<std::process::ChildStdout>>,
    /// The API's origin.
    pub(crate) api: String,
    /// The page's.
    pub(crate) page: String,
}

/// How a program ended that did not serve.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Playground {
    /// Starts it on free ports and waits until it is ready.
    pub(crate) fn start(args: &[&OsStr]) -> Self {
        let mut child = Command::new(program())
            .args(["--api", "127.0.0.1:0", "--page", "127.0.0.1:0"])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the playground starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it has a standard output"));
        let mut playground = Self { child, stdout: None, api: String::new(), page: String::new() };
        let (lines, stdout) = within(PATIENCE, move || {
            let mut lines = [String::new(), String::new()];
            for line in &mut lines {
                stdout.read_line(line).expect("its standard output is text");
            }
            (lines, stdout)
        });
        playground.stdout = Some(stdout);
        for (line, name, origin) in
            [(&lines[0], "api", &mut playground.api), (&lines[1], "page", &mut playground.page)]
        {
            let said = line.strip_prefix(name).and_then(|line| line.strip_prefix(' '));
            let said = said.unwrap_or_else(|| panic!("{name} expected in {lines:?}"));
            said.trim_end().clone_into(origin);
            let port = origin.strip_prefix("http://127.0.0.1:").and_then(|port| port.parse().ok());
            assert!(port.is_some_and(|port: u16| port != 0), "a port expected in {lines:?}");
        }
        playground
    }

    /// Ends it; whatever it still had to say.
    pub(crate) fn end(mut self) -> String {
        let stdout = self.stdout.take();
        drop(self);
        let mut rest = String::new();
        if let Some(mut stdout) = stdout {
            stdout.read_to_string(&mut rest).expect("its standard output is text");
        }
        rest
    }
}

impl Drop for Playground {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it where it should end by itself.
pub(crate) fn run(args: &[&OsStr]) -> Ended {
    let mut child = Command::new(program())
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the playground starts");
    let text = |source: Option<Box<dyn Read + Send>>| {
        let mut source = source.expect("it is piped");
        thread::spawn(move || {
            let mut text = String::new();
            source.read_to_string(&mut text).expect("it is text");
            text
        })
    };
    let stdout = text(child.stdout.take().map(|out| Box::new(out) as _));
    let stderr = text(child.stderr.take().map(|err| Box::new(err) as _));
    let status = ended(&mut child);
    let joined = |thread: thread::JoinHandle<String>| thread.join().expect("it was read");
    Ended {
        status: status.and_then(|status| status.code()),
        stdout: joined(stdout),
        stderr: joined(stderr),
    }
}

/// How it ended; `None` if it had to be killed.
fn ended(child: &mut Child) -> Option<ExitStatus> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(10));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

fn within<T: Send + 'static>(patience: Duration, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(patience).expect("the playground is ready in time")
}

/// The example's program, beside the test's own. `cargo test` builds it; `cargo test --test
/// playground` does not, so it is built here if it is not there, or is older than its sources.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().expect("a test has a path");
        let profile = test.parent().and_then(Path::parent).expect("it is in target/PROFILE/deps");
        let name = format!("playground{}", std::env::consts::EXE_SUFFIX);
        let program = profile.join("examples").join(name);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let newest = ["src", "examples/playground"].map(|part| modified(&root.join(part)));
        if modified(&program) < newest.into_iter().max().flatten() {
            build(profile);
        }
        program
    })
}

/// When this file, or the last changed beneath this directory, was changed; `None` if it is not
/// there.
fn modified(path: &Path) -> Option<SystemTime> {
    match fs::read_dir(path) {
        Ok(entries) => entries.flatten().filter_map(|entry| modified(&entry.path())).max(),
        Err(_) => fs::metadata(path).ok()?.modified().ok(),
    }
}

fn build(profile: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--example", "playground", "--target-dir"]);
    cargo.arg(profile.parent().expect("the profile is in the target directory"));
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    let status = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo runs");
    assert!(status.success(), "the playground could not be built");
}
