//! What a path leads to, and whether that is what it was.

use std::{
    fs,
    hash::{BuildHasher, RandomState},
    io,
    path::Path,
    time::{Duration, SystemTime},
};

/// Metadata by which a change shows without reading the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    len: u64,
    modified: Option<SystemTime>,
    /// Device, inode, and the time of the last change of the inode.
    #[cfg(unix)]
    inode: (u64, u64, i64, i64),
}

/// How long after a change another may leave the stamp as it is: the clocks of file systems are
/// coarse.
const COARSE: Duration = Duration::from_secs(2);

impl Stamp {
    /// Of what the path leads to, through all symbolic links.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            len: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            inode: {
                use std::os::unix::fs::MetadataExt;
                (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
            },
        })
    }

    /// Whether the file cannot have changed since without another stamp.
    pub(super) fn is_settled(&self) -> bool {
        let age = self.modified.and_then(|modified| modified.elapsed().ok());
        age.is_some_and(|age| age > COARSE)
    }
}

/// A content, or why there is none, to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Content { len: usize, hash: u64 },
    Failure(io::ErrorKind),
}

/// Makes what is compared.
#[derive(Debug, Default)]
pub(super) struct Look(RandomState);

impl Look {
    pub(super) fn at(&self, content: &io::Result<Vec<u8>>) -> Seen {
        match content {
            Ok(content) => self.at_content(content),
            Err(error) => Seen::Failure(error.kind()),
        }
    }

    pub(super) fn at_content(&self, content: &[u8]) -> Seen {
        Seen::Content { len: content.len(), hash: self.0.hash_one(content) }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::Stamp;
    use std::{
        fs::{self, File},
        path::Path,
        time::{Duration, SystemTime},
    };

    /// So a file that is as it was does not have to be read.
    #[test]
    fn a_stamp_stays_the_same_until_the_file_is_changed() {
        type Change = fn(&Path);
        let rows: [(&str, Change, bool); 5] = [
            ("nothing happened", |_| {}, true),
            ("it was read", |path| drop(fs::read(path).unwrap()), true),
            ("it is longer", |path| fs::write(path, "longer").unwrap(), false),
            (
                "an equal file is in its place",
                |path| {
                    let other = path.with_extension("new");
                    fs::write(&other, "file").unwrap();
                    fs::rename(other, path).unwrap();
                },
                false,
            ),
            ("it is missing", |path| fs::remove_file(path).unwrap(), false),
        ];
        for (about, change, same) in rows {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("cors.toml");
            fs::write(&path, "file").unwrap();
            let before = Stamp::of(&path);
            assert!(before.is_some(), "{about}");
            change(&path);
            assert_eq!(Stamp::of(&path) == before, same, "{about}");
        }
    }

    /// Until then it is read, because it may change and have the same time.
    #[test]
    fn a_stamp_counts_when_its_time_is_past() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cors.toml");
        let file = File::create(&path).unwrap();
        let now = SystemTime::now();
        for (about, modified, settled) in [
            ("just now", now, false),
            ("a minute ago", now - Duration::from_secs(60), true),
            ("later, by another clock", now + Duration::from_secs(60), false),
        ] {
            file.set_modified(modified).unwrap();
            assert_eq!(Stamp::of(&path).unwrap().is_settled(), settled, "{about}");
        }
    }
}
