//! A PostgreSQL of the test's own, in a temporary directory.

use std::{
    env,
    fs::File,
    net::TcpListener,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Where its programs are, besides `PATH`: on Debian, on Red Hat, built from source, on macOS.
const PLACES: &[&str] = &[
    "/usr/lib/postgresql",
    "/usr/pgsql-18",
    "/usr/pgsql-17",
    "/usr/local/pgsql",
    "/opt/homebrew/opt/postgresql",
];

/// It runs until it is dropped.
pub(crate) struct Cluster {
    directory: TempDir,
    programs: PathBuf,
    user: Option<User>,
    port: u16,
    server: Option<Child>,
}

/// PostgreSQL refuses to run as root.
struct User {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// `None`, with a line that says so, where PostgreSQL is not installed; but in CI that is a
    /// failure.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let text = "PostgreSQL's programs (initdb, postgres) were not found; on Debian: apt-get install postgresql";
            assert!(env::var_os("CI").is_none(), "{text}");
            eprintln!("skipped: {text}");
            return None;
        };
        let directory = tempfile::tempdir().expect("a temporary directory");
        let user = is_root().then(User::unprivileged);
        if let Some(user) = &user {
            chown(directory.path(), Some(user.uid), Some(user.gid)).expect("root may");
        }
        // Free now, and not likely taken until the server has it.
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        drop(listener);
        let mut cluster = Self { directory, programs, user, port, server: None };
        let data = cluster.data();
        cluster.run("initdb", |command| {
            command.arg("-D").arg(&data).args(["-U", "postgres", "-A", "trust", "-E", "UTF8"]);
            command.args(["--no-locale", "--no-sync"]);
        });
        cluster.serve();
        Some(cluster)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The URL of its database, at this port: its own, or that of something in between.
    pub(crate) fn url_at(port: u16) -> String {
        format!("postgres://postgres@127.0.0.1:{port}/postgres")
    }

    /// Runs SQL as another client would.
    pub(crate) fn sql(&self, sql: &str) {
        let port = self.port.to_string();
        self.run("psql", |command| {
            command.args([
                "-h",
                "127.0.0.1",
                "-p",
                &port,
                "-U",
                "postgres",
                "-v",
                "ON_ERROR_STOP=1",
            ]);
            command.args(["-c", sql]);
        });
    }

    fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn serve(&mut self) {
        let log = File::create(self.log()).expect("a log");
        let server = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.directory.path())
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "fsync=off", "-c", "max_connections=50"])
            .stderr(log)
            .spawn();
        self.server = Some(server.expect("the server starts"));
        let began = Instant::now();
        let port = self.port.to_string();
        loop {
            let ready = self.command("pg_isready").args(["-h", "127.0.0.1", "-p", &port]).status();
            if ready.is_ok_and(|status| status.success()) {
                return;
            }
            assert!(began.elapsed() < Duration::from_mins(1), "not ready: {}", self.logged());
            sleep(Duration::from_millis(50));
        }
    }

    fn log(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    fn logged(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Runs one of its programs to its end.
    fn run(&self, program: &str, arguments: impl FnOnce(&mut Command)) {
        let mut command = self.command(program);
        arguments(&mut command);
        let output = command.stderr(Stdio::piped()).output().expect("the program starts");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {errors}{}", self.logged());
    }

    /// One of its programs, as the unprivileged user.
    fn command(&self, program: &str) -> Command {
        let path = self.programs.join(program);
        let mut command = match &self.user {
            None => Command::new(path),
            Some(User { uid, gid }) => {
                let mut command = Command::new("setpriv");
                command.args([format!("--reuid={uid}"), format!("--regid={gid}")]);
                command.arg("--clear-groups").arg(path);
                command
            }
        };
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        command.current_dir(self.directory.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some(mut server) = self.server.take() else { return };
        let data = self.data();
        let stopped = self
            .command("pg_ctl")
            .arg("stop")
            .arg("-D")
            .arg(&data)
            .args(["-m", "immediate"])
            .status();
        if !stopped.is_ok_and(|status| status.success()) {
            // The child is the server itself: `setpriv` has become it.
            let _ = server.kill();
        }
        let _ = server.wait();
    }
}

impl User {
    fn unprivileged() -> Self {
        let id = |name: &str, option| number(Command::new("id").args([option, name]));
        ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| Some(Self { uid: id(name, "-u")?, gid: id(name, "-g")? }))
            .expect("a user `postgres` or `nobody`, as PostgreSQL refuses to run as root")
    }
}

fn is_root() -> bool {
    number(Command::new("id").arg("-u")) == Some(0)
}

fn number(command: &mut Command) -> Option<u32> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// The directory of the newest.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut candidates = PLACES.iter().map(PathBuf::from).collect::<Vec<_>>();
    for place in PLACES {
        let versions = std::fs::read_dir(place).into_iter().flatten().flatten();
        candidates.extend(versions.map(|version| version.path()));
    }
    candidates.sort();
    let candidates = candidates.iter().rev().map(|place| place.join("bin"));
    let complete = |place: &Path| {
        ["initdb", "postgres", "pg_ctl", "pg_isready", "psql"]
            .iter()
            .all(|name| place.join(name).is_file())
    };
    candidates.chain(env::split_paths(&path)).find(|place| complete(place))
}
