//! A policy file that is watched, and each way in which files are replaced.

#![cfg(unix)]

use std::{
    fs::{self, File},
    io::Write,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread::sleep,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tower_cors::{
    reload::ReloadHandle,
    watch::{FileWatcher, FileWatcherBuilder},
};

const A: &str = "allow_origin = 'https://a.example'";
const B: &str = "allow_origin = 'https://b.example'";
const A_TO_B: &str = "policy: allow_origin: wider by \"https://b.example\"\n\
                      policy: allow_origin: narrower by \"https://a.example\"";

const INTERVAL: Duration = Duration::from_millis(100);
const QUIET: Duration = Duration::from_millis(100);
/// Longer than anything that a settled file may take.
const LONG: Duration = Duration::from_millis(1600);

/// A folder with a watched file, and what is reported.
struct Watched {
    folder: TempDir,
    path: PathBuf,
    watcher: FileWatcher,
    reports: Receiver<Result<String, String>>,
}

impl Watched {
    /// A file `cors.toml` of content `A`.
    fn new() -> Self {
        Self::prepared(|path| fs::write(path, A).expect("written"))
    }

    /// With whatever makes the path lead to the content `A`.
    fn prepared(prepare: impl FnOnce(&Path)) -> Self {
        Self::start(prepare, |builder| builder)
    }

    fn start(
        prepare: impl FnOnce(&Path),
        settings: impl FnOnce(FileWatcherBuilder) -> FileWatcherBuilder,
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("etc")).expect("created");
        let path = folder.path().join("etc/cors.toml");
        prepare(&path);
        let (sender, reports) = mpsc::channel();
        let builder = FileWatcher::builder(&path).interval(INTERVAL).quiet_time(QUIET);
        let (_policies, watcher) = settings(builder)
            .on_reload(move |result| {
                let report = match result {
                    Ok(change) => Ok(change.to_string()),
                    Err(errors) => Err(errors.to_string()),
                };
                let _ = sender.send(report);
            })
            .start()
            .expect("a valid file");
        Self { folder, path, watcher, reports }
    }

    fn handle(&self) -> &ReloadHandle {
        self.watcher.handle()
    }

    #[track_caller]
    fn expect(&self, expected: Result<&str, &str>) {
        let report = self.reports.recv_timeout(Duration::from_secs(10));
        let report = report.expect("a report within ten seconds");
        assert_eq!(report, expected.map(str::to_owned).map_err(str::to_owned));
    }

    #[track_caller]
    fn expect_error(&self, part: &str) {
        let report = self.reports.recv_timeout(Duration::from_secs(10));
        let error = report.expect("a report within ten seconds").expect_err("an error");
        assert!(error.contains(part), "{error}");
        assert!(self.in_force().contains("a.example"), "the policy stays");
    }

    #[track_caller]
    fn expect_silence(&self) {
        let report = self.reports.recv_timeout(LONG);
        assert_eq!(report, Err(RecvTimeoutError::Timeout));
    }

    fn in_force(&self) -> String {
        self.handle().current().to_string()
    }
}

#[test]
fn truncated_and_written() {
    let watched = Watched::new();
    fs::write(&watched.path, B).expect("written");
    watched.expect(Ok(A_TO_B));
    watched.expect_silence();
}

#[test]
fn written_and_renamed() {
    let watched = Watched::new();
    let other = watched.path.with_extension("new");
    fs::write(&other, B).expect("written");
    watched.expect_silence();
    fs::rename(&other, &watched.path).expect("renamed");
    watched.expect(Ok(A_TO_B));
    watched.expect_silence();
}

/// Kubernetes: `cors.toml` links to `..data/cors.toml`, and `..data` to a folder named by time. An
/// update renames another link over `..data`.
#[test]
fn a_config_map_is_swapped() {
    let mut intervals = vec![INTERVAL];
    if cfg!(target_os = "linux") {
        // Notifications alone are enough.
        intervals.push(Duration::from_secs(3600));
    }
    for interval in intervals {
        let prepare = |path: &Path| {
            let etc = path.parent().expect("a folder");
            fs::create_dir(etc.join("..2026_01")).expect("created");
            fs::write(etc.join("..2026_01/cors.toml"), A).expect("written");
            symlink("..2026_01", etc.join("..data")).expect("linked");
            symlink("..data/cors.toml", path).expect("linked");
        };
        let watched = Watched::start(prepare, |builder| builder.interval(interval));
        let etc = watched.folder.path().join("etc");
        for (folder, content, origin) in [
            ("..2026_02", B, "b.example"),
            ("..2026_03", A, "a.example"),
            ("..2026_04", B, "b.example"),
        ] {
            fs::create_dir(etc.join(folder)).expect("created");
            fs::write(etc.join(folder).join("cors.toml"), content).expect("written");
            symlink(folder, etc.join("..data_tmp")).expect("linked");
            fs::rename(etc.join("..data_tmp"), etc.join("..data")).expect("renamed");
            let report = watched.reports.recv_timeout(Duration::from_secs(10)).expect("a report");
            assert!(report.is_ok() && watched.in_force().contains(origin), "{folder}");
        }
        watched.expect_silence();
    }
}

#[test]
fn the_target_of_a_link_is_edited() {
    let watched = Watched::prepared(|path| {
        let elsewhere = path.with_file_name("../elsewhere");
        fs::create_dir(&elsewhere).expect("created");
        fs::write(elsewhere.join("real.toml"), A).expect("written");
        symlink("../elsewhere/real.toml", path).expect("linked");
    });
    fs::write(watched.folder.path().join("elsewhere/real.toml"), B).expect("written");
    watched.expect(Ok(A_TO_B));
    watched.expect_silence();
}

#[test]
fn its_folder_is_renamed_and_recreated() {
    let watched = Watched::new();
    let etc = watched.folder.path().join("etc");
    fs::rename(&etc, watched.folder.path().join("old")).expect("renamed");
    fs::create_dir(&etc).expect("created");
    fs::write(&watched.path, B).expect("written");
    watched.expect(Ok(A_TO_B));
    // The new folder is watched now.
    fs::write(&watched.path, A).expect("written");
    let report = watched.reports.recv_timeout(Duration::from_secs(10)).expect("a report");
    assert!(report.is_ok() && watched.in_force().contains("a.example"));
    // And the old one is not.
    fs::write(watched.folder.path().join("old/cors.toml"), B).expect("written");
    watched.expect_silence();
}

#[test]
fn deleted_and_recreated() {
    let watched = Watched::new();
    fs::remove_file(&watched.path).expect("removed");
    sleep(Duration::from_millis(300));
    fs::write(&watched.path, B).expect("written");
    watched.expect(Ok(A_TO_B));
    watched.expect_silence();
}

#[test]
fn missing_for_long_is_reported_once() {
    let watched = Watched::new();
    fs::remove_file(&watched.path).expect("removed");
    watched.expect_error("cannot be read: No such file");
    watched.expect_silence();
    fs::write(&watched.path, A).expect("written");
    watched.expect(Ok("nothing changed"));
}

#[test]
fn unreadable_for_a_moment() {
    use std::os::unix::fs::PermissionsExt;

    let watched = Watched::new();
    let set_mode = |mode| {
        fs::set_permissions(&watched.path, fs::Permissions::from_mode(mode)).expect("set");
    };
    set_mode(0o000);
    if fs::read(&watched.path).is_ok() {
        // Root may read everything. What root cannot follow is a link to itself.
        let moved = watched.path.with_extension("moved");
        fs::rename(&watched.path, &moved).expect("renamed");
        symlink(&watched.path, &watched.path).expect("linked");
        sleep(Duration::from_millis(100));
        fs::rename(&moved, &watched.path).expect("renamed");
    }
    sleep(Duration::from_millis(100));
    set_mode(0o644);
    watched.expect_silence();

    fs::remove_file(&watched.path).expect("removed");
    symlink(&watched.path, &watched.path).expect("linked");
    watched.expect_error("cannot be read: ");
    watched.expect_silence();
    fs::remove_file(&watched.path).expect("removed");
    fs::write(&watched.path, B).expect("written");
    watched.expect(Ok(A_TO_B));
}

#[test]
fn empty_or_invalid_is_reported_once_and_changes_nothing() {
    let watched = Watched::new();
    for (content, part) in [
        ("", "missing key `allow_origin`"),
        ("allow_origin = 'https://b.example/'", "has a trailing slash"),
        ("allow_origin = [", "syntax error"),
    ] {
        fs::write(&watched.path, content).expect("written");
        watched.expect_error(part);
        watched.expect_silence();
    }
    fs::write(&watched.path, B).expect("written");
    watched.expect(Ok(A_TO_B));
}

/// A save of a file whose last line is `enforce = true` was read half-written, so that for a moment
/// nothing was enforced.
#[cfg(target_os = "linux")]
#[test]
fn incident_half_a_file_is_never_in_force() {
    let half = "allow_origin = ['https://a.example', 'https://c.example']\n";
    let full = format!("{half}enforce = true\n");
    let watched = Watched::prepared(|path| fs::write(path, &full).expect("written"));
    let end_with = |last: &str| format!("{full}max_age = {last}\n");
    for pause in [1, 20, 150, 700, 1500] {
        let text = end_with(&pause.to_string());
        let mut file = File::create(&watched.path).expect("truncated");
        // The pauses are longer than the quiet time, and the first half is a valid policy.
        for part in [half, &text[half.len()..]] {
            file.write_all(part.as_bytes()).expect("written");
            for _ in 0..pause / 10 {
                sleep(Duration::from_millis(10));
                assert!(watched.in_force().contains("enforce: true"), "{}", watched.in_force());
            }
        }
        drop(file);
        let report = watched.reports.recv_timeout(Duration::from_secs(10)).expect("a report");
        let change = report.expect("the half was not reported either");
        assert_eq!(change, format!("policy: max_age: now {pause}s"));
    }
    watched.expect_silence();
}

/// The same where the file is new, in a folder that is watched.
#[cfg(target_os = "linux")]
#[test]
fn half_a_new_file_is_never_in_force() {
    let watched = Watched::new();
    fs::remove_file(&watched.path).expect("removed");
    let mut file = File::create(&watched.path).expect("created");
    file.write_all(b"allow_origin = ['https://a.example', 'https://b.example']\n")
        .expect("written");
    sleep(Duration::from_millis(700));
    file.write_all(b"enforce = true\n").expect("written");
    drop(file);
    watched.expect(Ok(
        "policy: allow_origin: wider by \"https://b.example\"\npolicy: enforce: now true (narrower)",
    ));
    watched.expect_silence();
}

/// The same where the folder is new, and the one that the file links to, if it does: what was written
/// before they were watched was not notified.
#[cfg(target_os = "linux")]
#[test]
fn half_a_file_in_a_new_folder_is_never_in_force() {
    for target in ["cors.toml", "data/cors.toml"] {
        let begin = |etc: &Path, content: &str| {
            fs::create_dir_all(etc.join("data")).expect("created");
            let mut file = File::create(etc.join(target)).expect("created");
            if target != "cors.toml" {
                symlink(target, etc.join("cors.toml")).expect("linked");
            }
            file.write_all(content.as_bytes()).expect("written");
            file
        };
        let watched = Watched::prepared(|path| drop(begin(path.parent().expect("a folder"), A)));
        let [etc, old, new] = ["etc", "old", "new"].map(|name| watched.folder.path().join(name));
        let mut file = begin(&new, &format!("{B}\n"));
        fs::rename(&etc, old).expect("renamed");
        fs::rename(new, etc).expect("renamed");
        // Longer than the interval and the quiet time.
        sleep(Duration::from_millis(400));
        assert!(watched.in_force().contains("a.example"), "{target}: {}", watched.in_force());
        file.write_all(b"enforce = true\n").expect("written");
        drop(file);
        watched.expect(Ok(&format!("{A_TO_B}\npolicy: enforce: now true (narrower)")));
    }
}

/// Not sooner, and from the last change.
#[test]
fn a_change_takes_effect_after_the_quiet_time() {
    let quiet = Duration::from_secs(2);
    let write = |path: &Path| fs::write(path, A).expect("written");
    let watched = Watched::start(write, |builder| builder.quiet_time(quiet));
    fs::write(&watched.path, format!("{B}\nenforce = true")).expect("written");
    sleep(quiet / 2);
    let began = Instant::now();
    fs::write(&watched.path, B).expect("written");
    watched.expect(Ok(A_TO_B));
    let taken = began.elapsed();
    assert!(taken >= quiet, "{taken:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn waiting_takes_next_to_no_processor_time() {
    /// Of each thread that watches, of whatever test, in hundredths of a second.
    fn used() -> Vec<(PathBuf, u64)> {
        let threads = fs::read_dir("/proc/self/task").expect("a folder").flatten();
        let used = threads.filter_map(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat")).ok()?;
            let (name, fields) = stat.rsplit_once(')')?;
            let field = |at: usize| fields.split_whitespace().nth(at)?.parse::<u64>().ok();
            let used = field(11)? + field(12)?;
            name.ends_with("(tower-cors-watc").then(|| (thread.path(), used))
        });
        used.collect()
    }
    let _watched = Watched::new();
    let before = used();
    assert!(!before.is_empty());
    sleep(Duration::from_secs(1));
    for (thread, after) in used() {
        let before = before.iter().find(|(other, _)| *other == thread);
        let used = before.map_or(0, |(_, before)| after - before);
        assert!(used < 20, "{used} % of the time");
    }
}

/// The signal is sent to this process. No other test listens to it.
#[test]
fn asked_to_reload() {
    let write = |path: &Path| fs::write(path, A).expect("written");
    let watched = Watched::start(write, |builder| builder.reload_on_hangup(true));
    watched.watcher.reload();
    watched.expect(Ok("nothing changed"));
    let own = rustix::process::getpid();
    rustix::process::kill_process(own, rustix::process::Signal::HUP).expect("sent");
    watched.expect(Ok("nothing changed"));
    watched.expect_silence();
}

#[test]
fn other_files_of_the_folder_are_ignored() {
    let watched = Watched::new();
    for i in 0..100 {
        fs::write(watched.path.with_file_name(format!("log-{}", i % 10)), B).expect("written");
    }
    watched.expect_silence();
}

#[test]
fn dropping_it_ends_the_watching() {
    let Watched { watcher, path, reports, folder: _folder } = Watched::new();
    drop(watcher);
    let ended = reports.recv_timeout(Duration::from_secs(10));
    assert_eq!(ended, Err(RecvTimeoutError::Disconnected));
    fs::write(&path, B).expect("written");
}

#[test]
fn an_invalid_file_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cors.toml");
    let errors = FileWatcher::start(&path).expect_err("no file");
    assert!(errors.to_string().starts_with(&format!("{}: cannot be read: ", path.display())));
    fs::write(&path, "origins = '*'").expect("written");
    let errors = FileWatcher::start(&path).expect_err("an invalid file");
    let expected =
        format!("{}:1: unknown key `origins`; did you mean `allow_origin`?", path.display());
    assert_eq!(errors.to_string(), expected);
}

/// Of the builder it has the settings, here the defaults.
#[test]
fn debug_output_names_the_type() {
    assert_eq!(
        format!("{:?}", FileWatcher::builder("cors.toml")),
        "FileWatcherBuilder { path: \"cors.toml\", timing: Timing { interval: 1s, quiet: 250ms }, \
         reload_on_hangup: false, .. }",
    );
    assert_eq!(format!("{:?}", Watched::new().watcher), "FileWatcher { .. }");
}
