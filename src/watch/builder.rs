//! The watcher and its settings.

use super::{
    notifications::{Message, Notifications},
    worker::{OnReload, Timing, Worker},
};
use crate::{
    config::{ConfigErrors, PolicyConfig},
    reload::{Change, ReloadHandle, Reloadable},
};
use std::{
    fmt, fs,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool, mpsc},
    thread,
    time::Duration,
};

/// Watches a policy file until it is dropped; see the [module](crate::watch).
#[must_use = "dropping it ends the watching"]
pub struct FileWatcher {
    handle: ReloadHandle,
    thread: mpsc::Sender<Message>,
}

impl FileWatcher {
    /// Reads the file and begins to watch it, with the defaults of
    /// [`builder`](FileWatcher::builder).
    ///
    /// # Errors
    ///
    /// All errors of the file.
    ///
    /// ```no_run
    /// use tower_cors::{CorsLayer, watch::FileWatcher};
    ///
    /// let (policies, watcher) = FileWatcher::start("cors.toml")?;
    /// let cors = CorsLayer::with_policies(policies);
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn start(path: impl AsRef<Path>) -> Result<(Reloadable, Self), ConfigErrors> {
        Self::builder(path).start()
    }

    /// Returns a builder with the default settings.
    pub fn builder(path: impl AsRef<Path>) -> FileWatcherBuilder {
        FileWatcherBuilder {
            path: path.as_ref().to_owned(),
            timing: Timing::default(),
            reload_on_hangup: false,
            on_reload: None,
        }
    }

    /// Returns the handle of the policies, for example to print those that are in force.
    #[must_use]
    pub fn handle(&self) -> &ReloadHandle {
        &self.handle
    }

    /// Reads the file again soon, even if it did not change.
    ///
    /// It does not wait: the result goes to [`on_reload`](FileWatcherBuilder::on_reload).
    pub fn reload(&self) {
        // The thread ends only with this watcher.
        let _ = self.thread.send(Message::Reload);
    }
}

impl Drop for FileWatcher {
    fn drop(&mut self) {
        // It may have ended by a panic of `on_reload`.
        let _ = self.thread.send(Message::End);
    }
}

impl fmt::Debug for FileWatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWatcher").finish_non_exhaustive()
    }
}

/// The settings of a [`FileWatcher`].
#[must_use = "a builder does nothing until `start` is called"]
pub struct FileWatcherBuilder {
    path: PathBuf,
    timing: Timing,
    reload_on_hangup: bool,
    on_reload: Option<OnReload>,
}

impl FileWatcherBuilder {
    /// Sets how often the path is checked. Default: one second.
    ///
    /// A check costs one look at the file's metadata; the file is read when these have changed.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use tower_cors::watch::FileWatcher;
    ///
    /// let (policies, watcher) =
    ///     FileWatcher::builder("cors.toml").interval(Duration::from_secs(10)).start()?;
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn interval(mut self, interval: Duration) -> Self {
        self.timing.interval = interval;
        self
    }

    /// Sets how long a new content must stay the same before it takes effect. Default: 250
    /// milliseconds.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use tower_cors::watch::FileWatcher;
    ///
    /// // For a file on a network file system that is written in place.
    /// let (policies, watcher) =
    ///     FileWatcher::builder("cors.toml").quiet_time(Duration::from_secs(5)).start()?;
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn quiet_time(mut self, quiet: Duration) -> Self {
        self.timing.quiet = quiet;
        self
    }

    /// Sets whether the signal `SIGHUP` reloads the file, as administrators expect of a daemon.
    /// Default: `false`, so that a program still ends with its terminal.
    ///
    /// It has an effect on Unix only.
    ///
    /// ```no_run
    /// use tower_cors::watch::FileWatcher;
    ///
    /// let (policies, watcher) = FileWatcher::builder("cors.toml").reload_on_hangup(true).start()?;
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn reload_on_hangup(mut self, reload: bool) -> Self {
        self.reload_on_hangup = reload;
        self
    }

    /// Sets a function that is called with the result of each reload, on the watcher's thread.
    ///
    /// ```no_run
    /// use tower_cors::watch::FileWatcher;
    ///
    /// let (policies, watcher) = FileWatcher::builder("cors.toml")
    ///     .on_reload(|result| match result {
    ///         Ok(change) => println!("{change}"),
    ///         Err(errors) => eprintln!("{errors}"),
    ///     })
    ///     .start()?;
    /// # Ok::<(), tower_cors::config::ConfigErrors>(())
    /// ```
    pub fn on_reload(
        mut self,
        report: impl Fn(&Result<Change, ConfigErrors>) + Send + 'static,
    ) -> Self {
        self.on_reload = Some(Box::new(report));
        self
    }

    /// Reads the file and begins to watch it.
    ///
    /// # Errors
    ///
    /// All errors of the file; or the signal or the thread is not available.
    pub fn start(self) -> Result<(Reloadable, FileWatcher), ConfigErrors> {
        let unavailable = |error| ConfigErrors::unreadable(&self.path, &error);
        // The path stays the same if the working directory changes.
        let path = std::path::absolute(&self.path).map_err(unavailable)?;
        let (sender, receiver) = mpsc::channel();
        let mut notifications = Notifications::new(sender.clone());
        // Before reading, so that nothing that is written from now on is missed.
        notifications.follow(&path);
        let content = fs::read(&path).map_err(unavailable)?;
        let policies = PolicyConfig::from_file_content(&self.path, &content)?.build()?;
        let (policies, handle) = Reloadable::new(policies);

        let hangup = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        if self.reload_on_hangup {
            let signal = signal_hook::consts::SIGHUP;
            signal_hook::flag::register(signal, hangup.clone()).map_err(unavailable)?;
        }
        let worker = Worker::new(path, &content, handle.clone(), self.timing, self.on_reload);
        let shown = self.path.clone();
        thread::Builder::new()
            .name("tower-cors-watch".to_owned())
            .spawn(move || worker.run(&shown, notifications, &receiver, &hangup))
            .map_err(unavailable)?;
        Ok((policies, FileWatcher { handle, thread: sender }))
    }
}

impl fmt::Debug for FileWatcherBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileWatcherBuilder")
            .field("path", &self.path)
            .field("timing", &self.timing)
            .field("reload_on_hangup", &self.reload_on_hangup)
            .finish_non_exhaustive()
    }
}
