//! Notifications of the operating system about the folders that matter.

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind},
};
use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    sync::mpsc::Sender,
};

/// What wakes the thread of the watcher.
#[derive(Debug)]
pub(super) enum Message {
    Notification(Notification),
    /// The file is to be read again, even if it did not change.
    Reload,
    /// The watcher is dropped.
    End,
}

/// What a notification says.
#[derive(Debug)]
pub(super) struct Notification {
    paths: Vec<PathBuf>,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A file was written to and is still open.
    Written,
    /// A file was closed after writing.
    Closed,
    /// A file was created, deleted or renamed.
    Replaced,
    /// Anything else, or notifications were lost.
    Other,
}

/// Watches folders. Without it, as where the system has no watches left, the interval alone applies.
pub(super) struct Notifications {
    watcher: Option<RecommendedWatcher>,
    /// The folders that are watched, with what identifies them.
    folders: Vec<(PathBuf, Option<Identity>)>,
}

type Identity = (u64, u64);

impl Notifications {
    pub(super) fn new(sender: Sender<Message>) -> Self {
        let on_event = move |event: notify::Result<Event>| {
            let Some(notification) = Notification::of(event) else { return };
            // Nobody listens any more while the watcher ends.
            let _ = sender.send(Message::Notification(notification));
        };
        let watcher = notify::recommended_watcher(on_event).ok();
        Self { watcher, folders: Vec::new() }
    }

    /// Watches the folders of the path and of what it leads to. Returns whether a folder is watched
    /// that was not.
    pub(super) fn follow(&mut self, path: &Path) -> bool {
        let target = fs::canonicalize(path).ok();
        let folders = [path.parent(), target.as_deref().and_then(Path::parent)];
        let mut wanted = Vec::new();
        for folder in folders.into_iter().flatten() {
            let folder = (folder.to_owned(), identity(folder));
            if !wanted.contains(&folder) {
                wanted.push(folder);
            }
        }
        if wanted == self.folders {
            return false;
        }
        let Some(watcher) = &mut self.watcher else { return false };
        for (folder, _) in self.folders.iter().filter(|folder| !wanted.contains(folder)) {
            // A folder that is gone is not watched any more.
            let _ = watcher.unwatch(folder);
        }
        let new = wanted.iter().filter(|folder| !self.folders.contains(folder));
        let new = new.map(|(folder, _)| watcher.watch(folder, RecursiveMode::NonRecursive).is_ok());
        let any_new = new.fold(false, |any, new| any | new);
        self.folders = wanted;
        any_new
    }
}

impl Notification {
    fn of(event: notify::Result<Event>) -> Option<Self> {
        let Ok(event) = event else { return Some(Self { paths: Vec::new(), what: What::Other }) };
        let what = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => What::Closed,
            // Reading, which the watcher itself does.
            EventKind::Access(_) => return None,
            EventKind::Modify(ModifyKind::Data(_)) if TELLS_OF_CLOSING => What::Written,
            EventKind::Modify(ModifyKind::Name(_))
            | EventKind::Create(_)
            | EventKind::Remove(_) => What::Replaced,
            _ => What::Other,
        };
        Some(Self { paths: event.paths, what })
    }

    /// What it says about a file of one of these names; `None` if it does not concern them.
    pub(super) fn about(&self, names: &[Option<&OsStr>]) -> Option<What> {
        let concerned = self.paths.iter().any(|path| names.contains(&path.file_name()));
        match self.what {
            what if concerned => Some(what),
            // Another file of the folder, such as a log.
            What::Written | What::Closed => None,
            // This may be a part of the path, such as a symbolic link.
            What::Replaced | What::Other => Some(What::Other),
        }
    }
}

/// Whether the system notifies of files that are closed after writing.
const TELLS_OF_CLOSING: bool = cfg!(any(target_os = "linux", target_os = "android"));

/// What tells a folder from another of the same path.
fn identity(folder: &Path) -> Option<Identity> {
    let metadata = fs::metadata(folder).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        drop(metadata);
        Some((0, 0))
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::{Notification, What};
    use notify::{
        Error, Event, EventKind,
        event::{
            AccessKind, AccessMode, CreateKind, DataChange, MetadataKind, ModifyKind, RemoveKind,
            RenameMode,
        },
    };
    use std::ffi::OsStr;

    /// Of a file `cors.toml` that leads to a file `real.toml`.
    #[test]
    fn what_notifications_say() {
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Any));
        let closed_unwritten = EventKind::Access(AccessKind::Close(AccessMode::Read));
        let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
        let written = EventKind::Modify(ModifyKind::Data(DataChange::Any));
        let mode = EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any));
        let renamed = EventKind::Modify(ModifyKind::Name(RenameMode::To));
        let created = EventKind::Create(CreateKind::File);
        let removed = EventKind::Remove(RemoveKind::File);
        let names = ["cors.toml", "real.toml"].map(|name| Some(OsStr::new(name)));
        for (about, kind, of_the_file, of_another) in [
            ("opened, as the watcher does", opened, None, None),
            ("closed after reading", closed_unwritten, None, None),
            ("written to", written, Some(What::Written), None),
            ("closed after writing", closed, Some(What::Closed), None),
            ("renamed", renamed, Some(What::Replaced), Some(What::Other)),
            ("created", created, Some(What::Replaced), Some(What::Other)),
            ("removed", removed, Some(What::Replaced), Some(What::Other)),
            ("its permissions", mode, Some(What::Other), Some(What::Other)),
        ] {
            for (name, expected) in
                [("cors.toml", of_the_file), ("real.toml", of_the_file), ("log", of_another)]
            {
                let event = Event::new(kind).add_path(format!("/etc/{name}").into());
                let notification = Notification::of(Ok(event));
                let what = notification.and_then(|notification| notification.about(&names));
                assert_eq!(what, expected, "{about}: {name}");
            }
        }
        let lost = Notification::of(Err(Error::generic("notifications were lost")));
        assert_eq!(lost.and_then(|lost| lost.about(&names)), Some(What::Other));
    }
}
