//! The thread that checks the file.

use super::{
    content::{Look, Seen, Stamp},
    notifications::{Message, Notification, Notifications, What},
};
use crate::{
    config::{ConfigErrors, PolicyConfig},
    reload::{Change, ReloadHandle},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

pub(super) type OnReload = Box<dyn Fn(&Result<Change, ConfigErrors>) + Send>;

#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub(super) interval: Duration,
    pub(super) quiet: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { interval: Duration::from_secs(1), quiet: Duration::from_millis(250) }
    }
}

impl Timing {
    /// How long to wait for the next check. A new content is looked at again before the quiet time is
    /// over.
    fn wait(self, is_pending: bool) -> Duration {
        let wait = if is_pending { self.quiet / 2 } else { self.interval };
        wait.clamp(SHORTEST_WAIT, LONGEST_WAIT)
    }
}

/// How long a writer is waited for that has the file open and does not write.
const STALLED: Duration = Duration::from_secs(30);

/// How long the quiet time is at least where more may follow: for a file that is missing,
/// unreadable or empty, and in a folder that was not watched before, because what was written until
/// then was not notified.
const PATIENCE: Duration = Duration::from_secs(1);

const SHORTEST_WAIT: Duration = Duration::from_millis(10);
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

pub(super) struct Worker {
    path: PathBuf,
    handle: ReloadHandle,
    timing: Timing,
    on_reload: Option<OnReload>,
    look: Look,
    /// What was last put in force or reported; `None`: whatever is seen next is new.
    done: Option<Seen>,
    /// The stamp of `done`, if it was taken when nothing could change any more without it.
    stamp: Option<Stamp>,
    /// What is to be put in force or reported when it has settled, and since when it is the same.
    pending: Option<(Seen, Instant)>,
    /// When the file was last written to, until it is closed.
    written: Option<Instant>,
    /// No new content takes effect before this.
    not_before: Instant,
}

impl Worker {
    pub(super) fn new(
        path: PathBuf,
        content: &[u8],
        handle: ReloadHandle,
        timing: Timing,
        on_reload: Option<OnReload>,
    ) -> Self {
        let look = Look::default();
        let done = Some(look.at_content(content));
        Self {
            path,
            handle,
            timing,
            on_reload,
            look,
            done,
            stamp: None,
            pending: None,
            written: None,
            not_before: Instant::now(),
        }
    }

    /// Checks until the watcher is dropped.
    pub(super) fn run(
        mut self,
        shown: &Path,
        mut notifications: Notifications,
        receiver: &Receiver<Message>,
        hangup: &AtomicBool,
    ) {
        loop {
            self.check(shown);
            if !self.listen(receiver) {
                return;
            }
            if notifications.follow(&self.path) {
                self.written = None;
                self.not_before = Instant::now() + PATIENCE;
            }
            if hangup.swap(false, Ordering::Relaxed) {
                self.read_anew();
            }
        }
    }

    /// Waits for the next check. Returns `false` when the watcher is dropped.
    fn listen(&mut self, receiver: &Receiver<Message>) -> bool {
        let end = Instant::now() + self.timing.wait(self.pending.is_some());
        let mut next = receiver.recv_timeout(end.saturating_duration_since(Instant::now()));
        loop {
            let concerns_the_file = match next {
                Ok(Message::Notification(notification)) => self.hear(&notification),
                Ok(Message::Reload) => self.read_anew(),
                Err(RecvTimeoutError::Timeout) => return true,
                Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return false,
            };
            // What else has arrived is heard first: a file may have been closed meanwhile.
            let wait = end.saturating_duration_since(Instant::now());
            next = receiver.recv_timeout(if concerns_the_file { Duration::ZERO } else { wait });
        }
    }

    /// Takes note of who writes the file. Returns whether it is to be checked.
    fn hear(&mut self, notification: &Notification) -> bool {
        let target = fs::canonicalize(&self.path).ok();
        let names = [self.path.file_name(), target.as_deref().and_then(Path::file_name)];
        match notification.about(&names) {
            Some(What::Written) => self.written = Some(Instant::now()),
            Some(What::Closed | What::Replaced) => self.written = None,
            Some(What::Other) => {}
            None => return false,
        }
        true
    }

    fn read_anew(&mut self) -> bool {
        (self.done, self.stamp) = (None, None);
        true
    }

    /// Looks at the file, and puts in force what has settled.
    fn check(&mut self, shown: &Path) {
        let stamp = Stamp::of(&self.path);
        if stamp.is_some() && stamp == self.stamp {
            self.pending = None;
            return;
        }
        let content = fs::read(&self.path);
        let seen = self.look.at(&content);
        if Some(seen) == self.done {
            self.pending = None;
            self.stamp = stamp.filter(|_| content.is_ok()).filter(Stamp::is_settled);
            return;
        }
        let since = match self.pending {
            Some((pending, since)) if pending == seen => since,
            _ => Instant::now(),
        };
        self.pending = Some((seen, since));
        if self.has_settled(seen, since) {
            self.pending = None;
            self.done = Some(seen);
            self.reload(shown, content);
        }
    }

    fn has_settled(&self, seen: Seen, since: Instant) -> bool {
        let quiet = match seen {
            // As between deleting and recreating, or truncating and writing.
            Seen::Failure(_) | Seen::Content { len: 0, .. } => self.timing.quiet.max(PATIENCE),
            Seen::Content { .. } => self.timing.quiet,
        };
        let being_written = self.written.is_some_and(|written| written.elapsed() < STALLED);
        !being_written && since.elapsed() >= quiet && Instant::now() >= self.not_before
    }

    fn reload(&self, shown: &Path, content: io::Result<Vec<u8>>) {
        let policies = content
            .map_err(|error| ConfigErrors::unreadable(shown, &error))
            .and_then(|content| PolicyConfig::from_file_content(shown, &content)?.build());
        let result = self.handle.replace_with(policies);
        if let Some(on_reload) = &self.on_reload {
            on_reload(&result);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Timing;
    use std::time::Duration;

    #[test]
    fn a_new_content_is_looked_at_before_the_quiet_time_is_over() {
        for (about, interval, quiet, waits) in [
            ("the defaults, nearly", 1000, 240, [1000, 120]),
            ("a long quiet time", 1000, 9000, [1000, 4500]),
            ("none, and no interval", 0, 0, [10, 10]),
            ("an interval of a day", 86_400_000, 240, [3_600_000, 120]),
        ] {
            let [interval, quiet] = [interval, quiet].map(Duration::from_millis);
            let wait = |is_pending| Timing { interval, quiet }.wait(is_pending).as_millis();
            assert_eq!([wait(false), wait(true)], waits, "{about}");
        }
    }
}
